/** Every advisory lock of this database, in one place: two uses of one number wait for each other for ever. */
export const ADVISORY_LOCKS = {
  migrate: 7_042_001,
  partitions: 7_042_002,
  keepAlerts: 7_042_003,
  notifyingLeader: 7_042_004,
  watchChannels: 7_042_005,
  detectBatches: 7_042_006,
} as const satisfies Record<string, number>;
