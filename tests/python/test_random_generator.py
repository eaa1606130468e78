"""`numpy.random.Generator` as an argument: the draws are NumPy's, and so is the state that they leave behind."""

import gc
import sys
import threading

import hotloop
import numpy as np
import pytest
from hotloop import njit, prange, types, typeof

BIT_GENERATORS = [np.random.PCG64, np.random.PCG64DXSM, np.random.MT19937, np.random.Philox, np.random.SFC64]
N = 10000

# Each method, with arguments that reach its different ways of drawing.
DRAWS = {
    "random": ["N", "None", "N, np.float32", "(10, N // 10)"],
    "integers": ["0, 10, N", "-5, 2**40, N", "0, 2**32, N", "0, 2**63 - 1, N", "5"]
    + [f"0, {high}, N, np.{dtype}" for high, dtype in ((100, "int8"), (256, "uint8"), (30000, "int16"), (65536, "uint16"), (10**9, "int32"), (2**32, "uint32"), (2**63 - 1, "uint64"), (2, "bool_"))]
    + ["-7, 8, N, endpoint=True"],
    "uniform": ["2.0, 5.0, N", "-1, 1"],
    "normal": ["1.5, 2.0, N", "0.0, 1.0"],
    "standard_normal": ["N", "N, np.float32", "None"],
    "standard_exponential": ["N", "N, np.float32", "N, method='inv'"],
    "exponential": ["2.5, N"],
    "gamma": ["0.3, 2.0, N", "1.0, 2.0, N", "7.5, 0.5, N"],
    "standard_gamma": ["0.3, N", "5.5, N", "0.3, N, np.float32", "5.5, N, np.float32"],
    "beta": ["0.5, 0.4, N", "2.0, 3.0, N", "0.01, 0.02, N"],
    "chisquare": ["3.0, N"],
    "f": ["2.0, 5.0, N"],
    "standard_cauchy": ["N"],
    "pareto": ["3.0, N"],
    "weibull": ["1.5, N"],
    "power": ["2.5, N"],
    "laplace": ["1.0, 2.0, N"],
    "logistic": ["1.0, 2.0, N"],
    "gumbel": ["1.0, 2.0, N"],
    "lognormal": ["0.5, 0.25, N"],
    "rayleigh": ["2.0, N"],
    "standard_t": ["4.0, N"],
    "wald": ["2.0, 3.0, N"],
    "vonmises": ["0.5, 2.0, N", "0.5, 2e6, N", "1.0, 1e-6, N"],
    "geometric": ["0.1, N", "0.6, N"],
    "zipf": ["1.5, N", "4.0, N"],
    "triangular": ["1.0, 2.0, 5.0, N"],
    "poisson": ["0.5, N", "25.5, N", "1e6, N"],
    "negative_binomial": ["3, 0.4, N"],
    "logseries": ["0.9, N"],
    "binomial": ["10, 0.3, N", "1000, 0.4, N", "1000, 0.7, N", "10, 0.8, N"],
    "noncentral_chisquare": ["3.0, 2.0, N", "0.5, 2.0, N"],
    "noncentral_f": ["3.0, 2.0, 1.5, N"],
    "permutation": ["N", "np.arange(60.0).reshape(20, 3)"],
    "choice": ["N, 500", "N, 500, False", "20000, 3000, False", "30, N", "30, 20, False, shuffle=False", "4, N, True, np.array([0.1, 0.2, 0.3, 0.4])"],
}


def same_state(first, second):
    return repr(first.bit_generator.state) == repr(second.bit_generator.state)


def same(found, expected):
    found, expected = np.asarray(found), np.asarray(expected)
    return found.shape == expected.shape and found.tobytes() == expected.astype(found.dtype).tobytes()


@pytest.mark.parametrize("method", DRAWS)
def test_draws_and_states_are_those_of_numpy(method):
    for number, arguments in enumerate(DRAWS[method]):
        scope = {"np": np, "N": N}
        exec(f"def draw(rng):\n    return rng.{method}({arguments})", scope)
        kernel = kernel_of(f"def draw(rng):\n    return rng.{method}({arguments})\n", scope)
        kind = BIT_GENERATORS[number % len(BIT_GENERATORS)]
        mine, theirs = np.random.Generator(kind(number)), np.random.Generator(kind(number))
        found, expected = kernel(mine), scope["draw"](theirs)
        assert same(found, expected), arguments
        assert same_state(mine, theirs), arguments


def kernel_of(text, scope):
    """A kernel of a text, which has to lie in a file."""
    import linecache

    name = f"<drawn {len(linecache.cache)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    namespace = dict(scope)
    exec(compile(text, name, "exec"), namespace)
    return njit(namespace["draw"])


@njit
def a_bit_of_all(rng, n):
    return rng.random(), rng.integers(0, 10), rng.random(n, np.float32), rng.standard_normal(n), rng.integers(0, 200, n, np.uint8), rng.random()


@pytest.mark.parametrize("kind", BIT_GENERATORS)
def test_any_bit_generator_is_drawn_from_and_moved_on(kind):
    mine, theirs = np.random.Generator(kind(12)), np.random.Generator(kind(12))
    for _ in range(3):
        # An odd number of halves of words leaves one behind.
        found, expected = a_bit_of_all(mine, 5), a_bit_of_all.py_func(theirs, 5)
        assert all(map(same, found, expected))
        assert same_state(mine, theirs)
        assert mine.integers(0, 1000, dtype=np.int32) == theirs.integers(0, 1000, dtype=np.int32)


def test_shuffles_are_those_of_numpy():
    @njit
    def mix(rng, x):
        rng.shuffle(x)

    for x in (np.arange(N), np.arange(60.0).reshape(20, 3), np.arange(7)[::-1]):
        mine, theirs = np.random.default_rng(5), np.random.default_rng(5)
        found, expected = x.copy(), x.copy()
        mix(mine, found)
        theirs.shuffle(expected)
        assert same(found, expected) and same_state(mine, theirs)


@njit
def difference(first, second, n):
    total = 0.0
    for _ in range(n):
        total += first.random() - second.random()
    return total


def test_several_generators_and_one_under_two_names():
    assert difference(np.random.default_rng(1), np.random.default_rng(1), 100) == 0.0
    mine, theirs = np.random.default_rng(1), np.random.default_rng(1)
    assert difference(mine, mine, 100) == difference.py_func(theirs, theirs, 100)
    assert same_state(mine, theirs)


def test_generators_within_tuples_and_as_defaults():
    @njit
    def draw(pair, other=None):
        rng, count = pair
        return rng.random(count) + (0.0 if other is None else other.random())

    mine, theirs = np.random.default_rng(3), np.random.default_rng(3)
    assert same(draw((mine, 4)), theirs.random(4))
    assert same(draw((mine, 4), mine), theirs.random(4) + theirs.random())
    assert same_state(mine, theirs)


def test_a_generator_lives_as_long_as_a_kernel_draws_from_it():
    @njit
    def steps(rng, n):
        for _ in range(n):
            yield rng.integers(1000)

    expected = np.random.default_rng(9).integers(1000, size=50).tolist()
    bits = np.random.PCG64(9)
    alone = sys.getrefcount(bits)
    rng = np.random.Generator(bits)
    iterator = steps(rng, 50)
    del rng
    gc.collect()
    assert sys.getrefcount(bits) > alone
    assert list(iterator) == expected
    del iterator
    gc.collect()
    assert sys.getrefcount(bits) == alone


def test_the_lock_of_the_generator_is_held_by_the_call():
    @njit(nogil=True)
    def total(rng, n):
        count = 0
        for _ in range(n):
            count += rng.integers(0, 2**40) & 1
        return count

    n = 200000
    alone = np.random.default_rng(4)
    expected = [total(alone, n) for _ in range(4)]
    shared = np.random.default_rng(4)
    found = []
    threads = [threading.Thread(target=lambda: found.append(total(shared, n))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Each call had the generator for itself, in whatever order.
    assert sorted(found) == sorted(expected)
    assert same_state(alone, shared)


def test_the_lock_is_given_back_after_an_error():
    @njit
    def fail(rng):
        return rng.normal(0.0, -1.0)

    rng = np.random.default_rng(1)
    with pytest.raises(ValueError, match="scale < 0"):
        fail(rng)
    found = []
    thread = threading.Thread(target=lambda: found.append(rng.random()))
    thread.start()
    thread.join(10)
    assert found == [np.random.default_rng(1).random()]


def test_threads_that_take_two_generators_in_either_order_do_not_wait_for_ever():
    first, second = np.random.default_rng(1), np.random.default_rng(2)
    done = []

    def work(a, b):
        for _ in range(200):
            difference(a, b, 50)
        done.append(True)

    threads = [threading.Thread(target=work, args=pair, daemon=True) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(done) == 2


def test_the_type_has_numbas_name_and_can_be_declared():
    rng = np.random.default_rng(1)
    assert typeof(rng) == types.npy_rng and repr(typeof(rng)) == "NumPyRandomGeneratorType"

    @njit("float64(NumPyRandomGeneratorType)")
    def by_text(rng):
        return rng.random()

    @njit(types.float64(types.npy_rng, types.int64))
    def by_types(rng, n):
        return rng.random(n).sum()

    assert by_text(rng) == np.random.default_rng(1).random()
    by_types(rng, 3)
    assert by_text.signatures == [(types.npy_rng,)]


@pytest.mark.parametrize(
    "value, reason",
    [
        (np.random.RandomState(1), "a RandomState of NumPy; pass a numpy.random.Generator"),
        (np.random.PCG64(1), "a bit generator of NumPy"),
        (np.random.SeedSequence(1), "not an object of type `numpy.random.bit_generator.SeedSequence`"),
    ],
)
def test_what_is_no_generator_is_refused_by_name(value, reason):
    with pytest.raises(TypeError, match=reason) as error:
        a_bit_of_all(value, 3)
    assert "argument `rng` of `a_bit_of_all`" in str(error.value)


def test_a_number_is_no_generator():
    with pytest.raises(hotloop.TypingError, match="random"):
        a_bit_of_all(3, 3)


GLOBAL = np.random.default_rng(1)


def test_a_generator_is_no_constant():
    @njit
    def draw():
        return GLOBAL.random()

    with pytest.raises(hotloop.TypingError, match="pass it to the kernel as an argument"):
        draw()


def test_a_parallel_loop_does_not_share_a_generator():
    @njit(parallel=True)
    def noise(rng, n):
        out = np.empty(n)
        for i in prange(n):
            out[i] = rng.random()
        return out

    with pytest.raises(hotloop.TypingError, match="HL0288"):
        noise(np.random.default_rng(1), 10)

    @njit(parallel=True)
    def scaled(rng, n):
        drawn = rng.random(n)
        out = np.empty(n)
        for i in prange(n):
            out[i] = 2.0 * drawn[i]
        return out

    assert same(scaled(np.random.default_rng(1), 1000), 2.0 * np.random.default_rng(1).random(1000))


def test_a_generator_that_was_an_argument_comes_back_as_the_same_object():
    @njit
    def same_one(pair, rng):
        rng.random()
        return rng, (pair[0], 1)

    first, second = np.random.Generator(np.random.MT19937(1)), np.random.default_rng(2)
    found = same_one((first, 3), second)
    assert found[0] is second and found[1] == (first, 1)


def test_a_generator_that_a_kernel_has_made_becomes_one_of_numpys():
    @njit
    def make(seed, n):
        rng = np.random.default_rng(seed)
        rng.integers(0, 10, n)
        return rng

    for n in (4, 5):
        mine, theirs = make(7, n), np.random.default_rng(7)
        theirs.integers(0, 10, n)
        assert isinstance(mine, np.random.Generator) and same(mine.integers(0, 100, 11), theirs.integers(0, 100, 11))


def test_a_subclass_is_a_generator():
    class Own(np.random.Generator):
        pass

    assert a_bit_of_all(Own(np.random.PCG64(3)), 2)[0] == np.random.default_rng(3).random()


def test_one_code_draws_from_whatever_generator_comes():
    @njit
    def draw(rng, n):
        return rng.standard_normal(n)

    for kind in BIT_GENERATORS:
        assert same(draw(np.random.Generator(kind(1)), 10), np.random.Generator(kind(1)).standard_normal(10))
    assert len(draw.signatures) == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.dtype(np.float32), np.dtype("float64"), float, types.float32])
def test_the_dtype_of_numbers_can_be_an_argument(dtype):
    @njit
    def draw(rng, n, dtype):
        return rng.random(n, dtype=dtype), rng.standard_normal(n, dtype)

    known = np.dtype(str(dtype)) if dtype is types.float32 else dtype
    rng = np.random.default_rng(3)
    found = draw(np.random.default_rng(3), 5, dtype)
    assert found[0].dtype == np.dtype(known)
    assert same(found[0], rng.random(5, dtype=known)) and same(found[1], rng.standard_normal(5, known))


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int64, bool, int])
def test_the_dtype_of_integers_can_be_an_argument(dtype):
    @njit
    def draw(rng, n, dtype):
        return rng.integers(0, 2, n, dtype), np.zeros(n, dtype)

    found = draw(np.random.default_rng(3), 9, dtype)
    assert found[0].dtype == found[1].dtype == np.dtype(dtype)
    assert same(found[0], np.random.default_rng(3).integers(0, 2, 9, dtype))


def test_text_is_no_parameter_of_a_distribution():
    @njit
    def draw(rng, loc):
        return rng.laplace(loc, 1.0)

    with pytest.raises(hotloop.TypingError, match="does not accept"):
        draw(np.random.default_rng(1), "1.5")


SHORT = types.float32


def test_a_type_of_the_module_is_a_dtype():
    @njit
    def draw(n):
        return np.random.default_rng(3).random(n, SHORT), SHORT(1.5)

    assert same(draw(5)[0], np.random.default_rng(3).random(5, np.float32))
