/**
 * LevelDB's log file: what was written since the last table file. LevelDB drops what it cannot read of it, tells
 * nobody, and deletes the file; so it is read here first.
 * https://github.com/google/leveldb/blob/main/doc/log_format.md
 */

const BLOCK = 32_768;
const HEADER = 7;

/** Whether LevelDB can read all of a log file. An end that is missing is no fault: so a killed process leaves it. */
export function isLogWhole(log: Buffer): boolean {
  for (let at = 0; at < log.length; at += BLOCK)
    if (!isBlockWhole(log.subarray(at, at + BLOCK))) return false;
  return true;
}

/** A block holds records: checksum (4 bytes), length (2), type (1), data. */
function isBlockWhole(block: Buffer): boolean {
  for (let at = 0; at + HEADER <= block.length; ) {
    const length = block.readUInt16LE(at + 4);
    const end = at + HEADER + length;
    const isUnused = length === 0 && block[at + 6] === 0;
    if (isUnused) return true;
    if (end > block.length) return block.length < BLOCK;
    if (block.readUInt32LE(at) !== masked(crc32c(block.subarray(at + 6, end)))) return false;
    at = end;
  }
  return true;
}

const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

/** CRC-32 by Castagnoli's polynomial, which zlib does not have. */
function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});
