-- What stays the same from poll to poll of a cursor (bounds and metric names, most of its text), once for all that share it.
CREATE TABLE "cursor_shape" (
    "id" SERIAL NOT NULL,
    "digest" TEXT NOT NULL,
    "text" TEXT NOT NULL,

    CONSTRAINT "cursor_shape_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "cursor_shape_digest_key" ON "cursor_shape"("digest");

ALTER TABLE "subject_cursor" ADD COLUMN "shape_id" INTEGER;

ALTER TABLE "subject_cursor" ADD CONSTRAINT "subject_cursor_shape_id_fkey" FOREIGN KEY ("shape_id") REFERENCES "cursor_shape"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Rewritten at every poll: room for the new row beside the old one, and no compression of what lives for seconds.
ALTER TABLE "subject_cursor" SET (fillfactor = 50, toast_tuple_target = 4096);
