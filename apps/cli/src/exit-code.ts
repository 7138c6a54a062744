/** How the command ends; docs/cli.md lists them. */
export const EXIT_CODE = {
  success: 0,
  /** What was asked for could not be done, for one of several pictures or models at least. */
  failure: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** Stopped by Ctrl-C. */
  interrupted: 130,
} as const;
