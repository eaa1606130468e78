"""The hash FNV-1a of bytes."""
import numpy as np


def fnv1a(data):
    h = np.uint64(0xCBF29CE484222325)
    prime = np.uint64(0x100000001B3)
    for i in range(data.shape[0]):
        h ^= np.uint64(data[i])
        h *= prime
    return h
