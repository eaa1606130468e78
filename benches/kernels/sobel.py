"""The strength of edges in a float32 image: the sum of the absolute gradients."""


def sobel(image, out):
    for i in range(1, image.shape[0] - 1):
        for j in range(1, image.shape[1] - 1):
            right = image[i - 1, j + 1] + image[i, j + 1] + image[i, j + 1] + image[i + 1, j + 1]
            left = image[i - 1, j - 1] + image[i, j - 1] + image[i, j - 1] + image[i + 1, j - 1]
            below = image[i + 1, j - 1] + image[i + 1, j] + image[i + 1, j] + image[i + 1, j + 1]
            above = image[i - 1, j - 1] + image[i - 1, j] + image[i - 1, j] + image[i - 1, j + 1]
            out[i, j] = abs(right - left) + abs(below - above)
