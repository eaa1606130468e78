"""White where a grey image is brighter than a level, black elsewhere."""


def threshold_u8(image, level, out):
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            if image[i, j] > level:
                out[i, j] = 255
            else:
                out[i, j] = 0
