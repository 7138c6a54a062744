/** Base64 is a third longer than the bytes, and line breaks add to it. */
const TEXT_PER_BYTE = 1.4;
/** What stands beside the base64 of a picture: the fields, `metadata` above all. */
const OTHER_TEXT_BYTES = 64 * 1024;

/** What text may come with a request in all, whose picture may stand in it as base64. */
export function textLimitBytes(maxUploadBytes: number): number {
  return Math.ceil(maxUploadBytes * TEXT_PER_BYTE) + OTHER_TEXT_BYTES;
}
