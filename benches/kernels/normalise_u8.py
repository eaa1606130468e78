"""Bytes to float32, shifted and scaled."""


def normalise_u8(image, mean, scale, out):
    for i in range(image.shape[0]):
        out[i] = (image[i] - mean) * scale
