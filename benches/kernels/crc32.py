"""CRC-32 of bytes, by a table of 256 words."""


def crc32(table, data):
    crc = 0xFFFFFFFF
    for i in range(data.shape[0]):
        crc = table[(crc ^ data[i]) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF
