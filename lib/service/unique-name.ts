import { isNameTaken } from '#lib/db/failure.ts';
import { AppError } from '#lib/service/errors.ts';

/** Runs `work`; a name that is taken becomes AppError `conflict` at `name`. `kind` is a word: "channel". */
export async function uniqueName<T>(kind: string, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isNameTaken(error)) throw error;
    throw new AppError('conflict', `a ${kind} named "${name}" exists already`, [{ path: 'name', message: 'is taken' }]);
  }
}
