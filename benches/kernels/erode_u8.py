"""The darkest of nine neighbours, for each inner pixel of a grey image."""


def erode_u8(image, out):
    for i in range(1, image.shape[0] - 1):
        for j in range(1, image.shape[1] - 1):
            above = min(image[i - 1, j - 1], image[i - 1, j], image[i - 1, j + 1])
            here = min(image[i, j - 1], image[i, j], image[i, j + 1])
            below = min(image[i + 1, j - 1], image[i + 1, j], image[i + 1, j + 1])
            out[i, j] = min(above, here, below)
