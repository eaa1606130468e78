"""`try`: which handler catches what, what the locals are there, and what happens on each way out."""

import numpy as np
from hotloop import njit, prange


@njit
def fails(kind, x):
    if kind == 1:
        raise ValueError("bad", x)
    if kind == 2:
        raise KeyError(x)
    if kind == 3:
        return x // 0
    if kind == 4:
        return np.zeros(3)[x + 3]
    if kind == 5:
        assert x < 0, "positive"
    if kind == 6:
        raise OverflowError
    if kind == 7:
        raise NotImplementedError("later")
    if kind == 8:
        raise StopIteration
    return x


@njit
def by_class(kind):
    try:
        fails(kind, 3)
    except ValueError:
        return 1
    except (IndexError, KeyError):
        return 2
    except ArithmeticError:
        return 3
    except RuntimeError:
        return 4
    return 0


@njit
def by_root(kind):
    try:
        return fails(kind, 2)
    except LookupError:
        return -1
    except Exception:
        return -2


@njit
def bare(kind):
    result = 0
    try:
        result = fails(kind, 5)
    except:
        result = -1
    return result


@njit
def progress(kind, n):
    state = 0
    value = 1.5
    try:
        state = 1
        value = fails(kind - 10, n) * 0.5
        state = 2
        for i in range(n):
            state = 10 + i
            if i == kind:
                raise ValueError(i)
            value += i
        state = 3
    except ValueError:
        return state, value, True
    return state, value, False


@njit
def unassigned(kind):
    try:
        fails(kind, 1)
        late = 7
        fails(kind - 1, 1)
    except Exception:
        return late
    return -late


@njit
def unassigned_in_loop(n, stop):
    try:
        for i in range(n):
            last = i * 2
            if i == stop:
                raise KeyError
    except KeyError:
        return last + 100
    return last


@njit
def retyped(kind):
    x = 1
    try:
        fails(kind, 1)
        x = 2.5
        fails(kind - 2, 1)
        x = 7
    except Exception:
        return x * 2
    return x


@njit
def with_else(kind):
    steps = 0
    try:
        steps += 1
        fails(kind, 4)
    except KeyError:
        steps += 10
    else:
        steps += 100
        fails(kind - 20, 4)
    return steps


@njit
def with_finally(kind, out):
    try:
        out[0] = 1
        fails(kind, 4)
        out[1] = 1
        return 5
    finally:
        out[2] += 1


@njit
def all_parts(kind, out):
    total = 0
    try:
        total += fails(kind, 4)
        out[0] = 1
    except ValueError:
        total -= 1
        fails(kind + 1, 2)
        out[1] = 1
    except KeyError:
        out[2] = 1
        return -7
    else:
        out[3] = 1
        total += fails(kind - 30, 2)
    finally:
        out[4] += total + 1
        total += 1000
    return total


@njit
def finally_returns(kind):
    try:
        return fails(kind, 4)
    finally:
        if kind != 2:
            return -4


@njit
def leaves_loops(n, out):
    count = 0
    for i in range(n):
        try:
            if i == 1:
                continue
            if i == 4:
                break
            if i == 2:
                fails(1, i)
            count += 1
        except ValueError:
            count += 10
            continue
        finally:
            out[i] += 1
        count += 100
    else:
        count += 1000
    return count


@njit
def nested_finally(kind, out):
    for i in range(3):
        try:
            try:
                try:
                    if i == 1:
                        fails(kind, i)
                    if i == 2:
                        return i
                finally:
                    out[0] = out[0] * 10 + 1
            except ValueError:
                out[1] += 1
                continue
            finally:
                out[0] = out[0] * 10 + 2
        finally:
            out[0] = out[0] * 10 + 3
    return -1


@njit
def raises_again(kind, out):
    try:
        fails(kind, 9)
    except ValueError:
        out[0] = 1
        raise
    except KeyError as e:
        out[0] = 2
        raise e
    except IndexError as error:
        out[0] = 3
        raise RuntimeError("instead", kind) from error
    except Exception:
        out[0] = 4
        raise
    return 0


@njit
def raises_again_after_others(kind):
    try:
        try:
            fails(kind, 9)
        except ValueError:
            try:
                fails(2, 5)
            except KeyError:
                pass
            raise
    except ValueError as e:
        by_class(2)
        raise e
    return 0


@njit
def handler_raises(kind):
    try:
        try:
            fails(kind, 9)
        except ValueError:
            raise KeyError("from the handler")
        except KeyError:
            return 1 // (kind - 2)
    except KeyError:
        return 50
    except ZeroDivisionError:
        return 60
    return 0


@njit
def not_caught_by_siblings(kind):
    try:
        fails(kind, 9)
    except ValueError:
        raise KeyError("not for the next handler")
    except KeyError:
        return 1
    return 0


@njit
def retries(limit):
    attempts = 0
    while True:
        attempts += 1
        try:
            if attempts < limit:
                raise ValueError(attempts)
            return attempts
        except ValueError:
            if attempts > 6:
                break
    return -attempts


@njit
def checks(x, i, d):
    try:
        y = x[i]
        y = y / d
        assert y > 1.0
        return y
    except IndexError:
        return -1.0
    except ZeroDivisionError:
        return -2.0
    except AssertionError:
        return -3.0


@njit
def arrays_in_handlers(kind, n):
    a = np.ones(n)
    b = np.zeros(n)
    try:
        a = a + 0 if False else np.full(n, 2.0)
        fails(kind, n)
        b = np.full(n + 1, 3.0)
        c = b
        fails(kind - 1, n)
        a = c
        fails(kind - 2, n)
        b = a
    except Exception:
        return a.size + 10 * b.size, a[0] + b[0]
    return a.size, b[0]


@njit
def arrays_in_loops(n, bad):
    kept = np.zeros(1)
    total = 0.0
    for i in range(n):
        try:
            made = np.full(i + 1, 1.0 * i)
            if i % bad == 1:
                made[i + 1] = 2.0
            kept = made
            if i % bad == 2:
                raise ValueError
        except IndexError:
            total += made.size
            continue
        except ValueError:
            total += 100.0 * kept.size
            if i > 6:
                break
        finally:
            total += 0.5 * kept.size
    return total, kept


@njit
def array_returned(kind, n):
    try:
        result = np.full(n, 7)
        fails(kind, n)
        return result
    except ValueError:
        return np.zeros(n, np.int64)
    finally:
        result = np.ones(2, np.int64)
        result[0] = 3


@njit(parallel=True)
def caught_outside(x, n):
    out = np.zeros(n)
    try:
        for i in prange(n):
            out[i] = x[i]
    except IndexError:
        return -1.0
    return out[n - 1]


@njit(parallel=True)
def caught_inside(x, n):
    out = np.zeros(n)
    for i in prange(n):
        try:
            out[i] = x[2 * i]
        except IndexError:
            out[i] = -1.0
        finally:
            out[i] += 0.5
    return out


@njit(parallel=True)
def raised_again_inside(n):
    try:
        fails(1, n)
    except ValueError:
        for i in prange(n):
            if i == 3:
                raise
    return n


@njit("int64(int64)")
def depth(n):
    try:
        return depth(n + 1)
    except RecursionError:
        return 1


@njit
def deleted(kind):
    x = 1
    try:
        fails(kind, 1)
        del x
        fails(kind - 1, 1)
        x = 3
        fails(kind - 2, 1)
    except Exception:
        return x
    return x + 10


@njit
def deleted_on_a_way(flag):
    x = 4
    if flag:
        del x
    return x


@njit
def name_goes(kind):
    try:
        fails(kind, 1)
        e = 5
    except ValueError as e:
        pass
    except KeyError:
        e = 6
    return e


KINDS = range(9)

CASES = (
    [("by_class", [kind]) for kind in KINDS]
    + [("by_root", [kind]) for kind in KINDS]
    + [("bare", [kind]) for kind in KINDS]
    + [("progress", [kind, n]) for kind in (0, 2, 11, 12, 20) for n in (0, 1, 4)]
    + [("unassigned", [kind]) for kind in (0, 1, 2)]
    + [("unassigned_in_loop", [n, stop]) for n in (0, 3) for stop in (0, 2, 5)]
    + [("retyped", [kind]) for kind in (0, 1, 2, 3, 4)]
    + [("with_else", [kind]) for kind in (0, 1, 2, 21, 22)]
    + [("with_finally", [kind, np.zeros(3, "i8")]) for kind in KINDS]
    + [("all_parts", [kind, np.zeros(5, "i8")]) for kind in [*KINDS, 31, 32]]
    + [("finally_returns", [kind]) for kind in (0, 1, 2)]
    + [("leaves_loops", [n, np.zeros(6, "i8")]) for n in range(7)]
    + [("nested_finally", [kind, np.zeros(2, "i8")]) for kind in (0, 1, 2)]
    + [("raises_again", [kind, np.zeros(1, "i8")]) for kind in KINDS]
    + [("raises_again_after_others", [kind]) for kind in (0, 1, 2)]
    + [("handler_raises", [kind]) for kind in KINDS]
    + [("not_caught_by_siblings", [kind]) for kind in (0, 1, 2)]
    + [("retries", [limit]) for limit in (1, 4, 9)]
    + [("checks", [np.array([2.0, 4.0]), i, d]) for i in (0, 1, 2, -3) for d in (1.0, 0.0, 3.0)]
    + [("arrays_in_handlers", [kind, 3]) for kind in range(5)]
    + [("arrays_in_loops", [n, bad]) for n in (0, 4, 12) for bad in (2, 3, 4)]
    + [("array_returned", [kind, 3]) for kind in (0, 1, 2)]
    + [("caught_outside", [np.arange(5.0), n]) for n in (1, 5, 6)]
    + [("caught_inside", [np.arange(5.0), n]) for n in (0, 2, 6)]
    + [("raised_again_inside", [n]) for n in (2, 7)]
    + [("depth", [0])]
    + [("deleted", [kind]) for kind in range(4)]
    + [("deleted_on_a_way", [flag]) for flag in (True, False)]
    + [("name_goes", [kind]) for kind in (0, 1, 2)]
)
