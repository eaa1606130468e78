"""The brightness of a colour image, three bytes a pixel."""


def grey_u8(image, out):
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            out[i, j] = (77 * image[i, j, 0] + 150 * image[i, j, 1] + 29 * image[i, j, 2]) >> 8
