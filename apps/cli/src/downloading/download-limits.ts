/** What a download may take. */
export interface DownloadLimits {
  /** Of one file. */
  readonly maxBytes: number;
  /** Without a byte for so long, it is given up or tried again. */
  readonly stallMs: number;
  readonly maxRedirects: number;
  /** Attempts in a row of which none brings anything. */
  readonly maxFailures: number;
  /** Before the second attempt; doubled before each further one. */
  readonly firstPauseMs: number;
}

export const DOWNLOAD_LIMITS: DownloadLimits = {
  // The largest networks in ONNX keep some gigabytes in one file.
  maxBytes: 32 * 1024 ** 3,
  stallMs: 60_000,
  maxRedirects: 5,
  maxFailures: 4,
  firstPauseMs: 1000,
};
