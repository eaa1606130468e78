"""Kernels whose machine code docs/guide/performance.md reads. Each declares its types, so that the commands there need none."""

import numpy as np
from hotloop import njit


@njit("float64(float64[::1])", fastmath=True)
def l2_norm(x):
    """The length of a vector. The sum may be formed in any order: `fastmath`."""
    total = 0.0
    for i in range(x.shape[0]):
        total += x[i] * x[i]
    return total**0.5


@njit("(float64[:, ::1], float64[:, ::1])")
def jacobi2d(grid, out):
    """Each inner cell becomes the mean of itself and its four neighbours."""
    for i in range(1, grid.shape[0] - 1):
        for j in range(1, grid.shape[1] - 1):
            out[i, j] = 0.2 * (grid[i, j] + grid[i - 1, j] + grid[i + 1, j] + grid[i, j - 1] + grid[i, j + 1])


@njit("(float32[:, ::1], float32[:, ::1], float32[:, ::1])")
def gauss_f32(image, rows, out):
    """A blur over five pixels, along the rows and then across them."""
    side, near, middle = np.float32(0.0625), np.float32(0.25), np.float32(0.375)
    height, width = image.shape
    for i in range(height):
        for j in range(2, width - 2):
            rows[i, j] = side * (image[i, j - 2] + image[i, j + 2]) + near * (image[i, j - 1] + image[i, j + 1]) + middle * image[i, j]
    for i in range(2, height - 2):
        for j in range(2, width - 2):
            out[i, j] = side * (rows[i - 2, j] + rows[i + 2, j]) + near * (rows[i - 1, j] + rows[i + 1, j]) + middle * rows[i, j]


@njit(fastmath=True, error_model="numpy")
def normal_share(d):
    """How much of the normal distribution lies below `d`, within 1e-7."""
    k = 1.0 / (1.0 + 0.2316419 * abs(d))
    tail = k * (0.319381530 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))))
    above = 0.3989422804014327 * np.exp(-0.5 * d * d) * tail
    return 1.0 - above if d > 0.0 else above


@njit("(float64[::1], float64[::1], float64[::1], float64, float64, float64[::1], float64[::1])", fastmath=True, error_model="numpy")
def black_scholes(price, strike, years, rate, volatility, call, put):
    """What European options are worth. `fastmath` lets products and sums be contracted; divisions by zero give infinities."""
    for i in range(price.shape[0]):
        spread = volatility * np.sqrt(years[i])
        d1 = (np.log(price[i] / strike[i]) + (rate + 0.5 * volatility * volatility) * years[i]) / spread
        d2 = d1 - spread
        discounted = strike[i] * np.exp(-rate * years[i])
        below1 = normal_share(d1)
        below2 = normal_share(d2)
        call[i] = price[i] * below1 - discounted * below2
        put[i] = discounted * (1.0 - below2) - price[i] * (1.0 - below1)
