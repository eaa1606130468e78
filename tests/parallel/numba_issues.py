"""Programs of the kinds for which Numba's tracker describes wrong results, crashes or lost errors under `parallel=True`, by the number of the issue: the result is
CPython's, or the program is refused by name. `b` and `c` mark more programs about the same issue. Programs without a number are about what no issue describes."""

import numpy as np
from hotloop import njit, prange


@njit(parallel=True)
def issue_2609_column_of_ones(n):
    return np.ones((n, 1))


@njit
def _one_more_of_both(a, b):
    return a + 1, b + 1


@njit(parallel=True)
def issue_2537_tuple_of_call(x, y):
    for i in prange(x.shape[0]):
        x[i], y[i] = _one_more_of_both(x[i], y[i])
    return x + y


@njit(parallel=True)
def issue_2699_array_in_each_iteration(n):
    out = np.zeros(n)
    for i in prange(n):
        pair = np.zeros(2)
        pair[0] = i
        pair[1] = 2 * i
        out[i] = pair[0] + pair[1]
    return out


@njit(parallel=True)
def issue_2759_two_sums_in_one(n):
    total = 0
    for i in prange(n):
        total += i
    for j in prange(n):
        total += 2 * j
    return total


@njit(parallel=True)
def issue_3069_array_added(n):
    result = np.zeros(1, np.int64)
    for i in prange(n):
        result += np.array([i])
    return result


@njit(parallel=True)
def issue_3069b_array_replaced(n):
    result = np.zeros(1, np.int64)
    for i in prange(n):
        result = result + np.array([i])
    return result


@njit(parallel=True)
def issue_3103_read_behind(x, n):
    for j in prange(n):
        k = x
    return k


@njit(parallel=True)
def issue_3522_row_for_all(rows, out, at):
    for i in prange(rows.shape[0]):
        out[at, :] += rows[i]
    return out


@njit(parallel=True)
def issue_3522b_row_assigned(rows, out, at):
    for i in prange(rows.shape[0]):
        out[at, :] = out[at, :] + rows[i]
    return out


@njit(parallel=True)
def issue_3681_remainder_bins(n):
    bins = np.zeros(4)
    for i in prange(n):
        bins[i % 4] += 1
    return bins


@njit(parallel=True)
def issue_3681b_remainder_bins_written_out(n):
    bins = np.zeros(4)
    for i in prange(n):
        k = i % 4
        t = bins[k]
        bins[k] = t + 1
    return bins


@njit(parallel=True)
def issue_3681c_slice_of_all_bins(n):
    bins = np.zeros(4)
    for i in prange(n):
        bins[:] += i
    return bins


@njit(parallel=True)
def issue_4489_negative_start(n):
    total = 0.0
    ones = np.ones(n)
    for i in prange(-n, 5):
        total += ones[i]
        for j in range(-n, 5):
            total += ones[j]
    return total


@njit(parallel=True)
def issue_4569_array_of_comprehension(n):
    out = np.zeros((n, 3))
    for i in prange(n):
        out[i] = np.array([float(i + k) for k in range(3)])
    return out


@njit(parallel=True)
def issue_4922_conditional_second_update(n):
    count = 0
    for i in prange(n):
        count += 1
        if i > 4:
            count += 1
    return count


@njit(parallel=True)
def branch_between_two_sums(n, flag):
    total = 0
    for i in prange(n):
        total += i
    if flag:
        total = total * 2
    for i in prange(n):
        total -= 1
    return total


@njit(parallel=True)
def issue_5584_nearest(a, b):
    nearest = np.empty(a.shape[0], np.int64)
    for i in prange(a.shape[0]):
        smallest = np.inf
        found = False
        at = 0
        for k in range(b.shape[0]):
            distance = np.abs(a[i] - b[k])
            if distance < smallest:
                found = True
                at, smallest = k, distance
        if not found:
            at = -1
        nearest[i] = at
    return nearest


@njit(parallel=True)
def issue_5698_assigned_under_two_conditions(x, a, b):
    out = np.zeros(x.shape[0])
    for i in prange(x.shape[0]):
        h = x[i]
        if b == 0:
            h = 0.0
        if a == 0:
            h = 1.0
        out[i] = h
    return out


@njit(parallel=True)
def issue_5942_row_copied_then_one_more(n, k):
    first = np.zeros((n, k), np.int32)
    second = np.zeros((n, k), np.int32)
    for i in prange(n):
        for m in range(k):
            first[i, m] = i
        second[i, :] = first[i, :]
        second[i, 0] += 1
    return second


@njit(parallel=True)
def issue_5979_list_in_each_iteration(n):
    out = np.zeros(n, np.int64)
    for i in prange(n):
        x = [0]
        out[i] += x[0]
        for j in range(1):
            x[j] = 1
        out[i] += 10 * x[0]
    return out


@njit(parallel=True)
def issue_6414_two_counts_in_branches(n):
    a = 0
    b = 0
    for k in prange(n):
        if k == 2:
            a += 1
        else:
            x = np.zeros((1, 1))
            if x[0, 0] == 0.0:
                b += 1
    return a * 100 + b


@njit(parallel=True)
def issue_6414b_sum_in_inner_loop(n):
    a = 0
    for k in prange(n):
        for i in prange(n):
            if i == 0:
                a += 1
    return a


@njit(parallel=True)
def issue_6597_index_moved_within(a, n):
    out = np.zeros((2, n))
    for x in prange(2):
        row = 0
        for step in range(n):
            out[x, step] = a[row]
            row += 1
            if row >= n:
                row -= n
    return out


@njit(parallel=True)
def issue_6782_nested_sums_of_arrays(x):
    out = np.zeros(x.shape[0])
    for k in prange(x.shape[0]):
        total = 0.0
        for i in prange(x.shape[1]):
            ones = np.ones(5)
            total += ones.sum() * x[k, i]
        out[k] = total
    return out


@njit(parallel=True)
def issue_6859_list_grown(n):
    values = [0]
    for item in prange(n):
        if item % 2 == 0:
            values.append(2)
    return len(values)


@njit
def _first_above(weights, limit):
    total = 0.0
    for i in range(weights.shape[0]):
        total += weights[i]
        if limit <= total:
            return i
    return weights.shape[0] - 1


@njit(parallel=True)
def issue_7170_normalised_in_each_iteration(n, m):
    out = np.zeros(n, np.int64)
    for i in prange(n):
        weights = np.arange(1.0, m + 1.0)
        weights /= np.sum(weights)
        out[i] = _first_above(weights, i / n)
    return out


@njit(parallel=True)
def issue_7344_start_of_conditional_count(flags):
    count = 2
    for i in prange(flags.shape[0]):
        if flags[i]:
            count += 1
    return count


@njit(parallel=True)
def issue_7578_array_in_sum(b):
    out = np.empty_like(b)
    b = b * 2.0
    for i in prange(b.shape[0]):
        x = b[i] * b
        out[i] = (x / (1 + x)).sum()
    squares = b**2
    out -= squares / (1 + squares)
    return out


@njit(parallel=True)
def issue_7630_prange_in_both_branches(flag, n):
    result = 0
    if flag:
        for i in prange(n):
            result += 1
    else:
        for i in prange(n):
            result -= 3
    return result


@njit(parallel=True)
def issue_7867_floor_division(n):
    acc = 10000
    for i in prange(n):
        acc //= 2
    return acc


@njit(parallel=True)
def exclusive_or_by_the_counter(n):
    acc = 100
    for i in prange(n):
        acc ^= i + 2
    return acc


@njit(parallel=True)
def issue_8007_sum_of_windows(image, radius):
    padded = np.zeros((image.shape[0] + radius, image.shape[1] + radius))
    padded[: image.shape[0], : image.shape[1]] = image
    total = np.zeros(image.shape)
    for i in range(radius):
        for j in range(radius):
            total = total + padded[i : i + image.shape[0], j : j + image.shape[1]]
    return total


@njit
def _power_method(a, v):
    u = v.copy()
    for i in range(20):
        u = a @ u
        u /= np.sqrt(np.sum(u * u))
    return u


@njit(parallel=True)
def issue_8184_vector_in_outer_loop(a, n):
    results = np.empty((n * n, 2))
    for i in prange(n):
        v = np.empty(2)
        for k in range(n):
            v[0] = 1.0 + i
            v[1] = 1.0 + k
            u = _power_method(a, v)
            results[i * n + k] = u.copy()
    return results


@njit(parallel=True)
def issue_8184b_vector_outside(a, n):
    results = np.empty((n * n, 2))
    v = np.empty(2)
    for i in prange(n):
        for k in range(n):
            v[0] = 1.0 + i
            v[1] = 1.0 + k
            results[i * n + k] = a @ v
    return results


@njit(parallel=True)
def issue_8515_loops_merged(n):
    counters = np.zeros(n, np.int64)
    results = np.zeros(n, np.int64)
    for i in prange(n):
        for j in range(i):
            counters[i] += 1
    for i in prange(n):
        if i == 0:
            continue
        results[i] = counters[i] - counters[i - 1]
    return results[1:]


@njit(parallel=True)
def issue_8515b_loops_merged_by_hand(n):
    counters = np.zeros(n, np.int64)
    results = np.zeros(n, np.int64)
    for i in prange(n):
        for j in range(i):
            counters[i] += 1
        if i > 0:
            results[i] = counters[i] - counters[i - 1]
    return results[1:]


@njit(parallel=True)
def issue_9139_divided_by_its_maximum(a):
    return a / a.max()


@njit(parallel=True)
def issue_9518_subtracted_in_full(x, first, second):
    before = 0.0
    for k in range(x.shape[0]):
        before = before + x[k]
    for k in prange(x.shape[0]):
        first = first + x[k]
        second = second - x[k]
    return first, second, before


@njit(parallel=True)
def issue_9529_arrays_in_lists(n):
    out = np.zeros((n, 2))
    for i in prange(n):
        arrays = [np.zeros(2), np.zeros(2)]
        arrays[1][0] = i
        arrays[0][1] = 2 * i
        out[i] = arrays[0] + arrays[1]
    return out


@njit(parallel=True)
def issue_9829_numbered_in_a_second_loop(at, values, most):
    array = np.full(most + 1, 1000)
    for i in prange(len(at)):
        array[at[i]] = values[i]
    largest = values.max()
    for i in prange(len(array)):
        if array[i] == 1000:
            array[i] = largest + 1
            largest += 1
    return array


@njit(parallel=True)
def issue_9829b_counted_in_a_second_loop(at, values, most):
    array = np.full(most + 1, 1000)
    for i in prange(len(at)):
        array[at[i]] = values[i]
    largest = values.max()
    for i in prange(len(array)):
        if array[i] == 1000:
            array[i] = -1
            largest += 1
    return array, largest


@njit(parallel=True)
def issue_9863_list_in_three_loops(mask):
    coordinates = [0]
    for i in prange(mask.shape[0]):
        for j in prange(mask.shape[1]):
            if mask[i, j] > 2:
                coordinates.append(1)
    return len(coordinates)


@njit(parallel=True)
def issue_9863b_count_in_loops(mask):
    count = 0
    for i in prange(mask.shape[0]):
        for j in prange(mask.shape[1]):
            if mask[i, j] > 2:
                count += 1
    return count


@njit(parallel=True)
def stepped_counter_and_what_lies_between(n):
    out = np.zeros(n)
    for i in prange(0, n, 3):
        out[i] = i / 2
        for j in range(i + 1, min(i + 3, n)):
            out[j] = -i
    return out


@njit(parallel=True)
def issue_2811_assertion(x, n):
    total = 0.0
    for i in prange(n):
        assert x[i] < 4.0
        total += x[i]
    return total


@njit(parallel=True)
def issue_3461_sums_of_shrinking_ranges(n):
    total = 0
    for i in prange(n):
        total += np.sum(np.arange(i) + np.sum(np.arange(i)[:i]))
    return total


@njit(parallel=True)
def issue_4555_divided_by_rows(n):
    result = np.ones((4, 4))
    rows = np.ones((n, 4, 4))
    for i in range(n):
        rows[i] = i + 1
    for i in prange(n):
        result /= rows[i]
    return result


@njit(parallel=True)
def issue_4555b_rows_subtracted(n):
    result = np.ones((4, 4))
    rows = np.ones((n, 4, 4))
    for i in range(n):
        rows[i] = i + 1
    for i in prange(n):
        result -= rows[i]
    return result


@njit(parallel=True)
def issue_5663_rows_under_conditions(a, b, first, second):
    for i in prange(a.shape[0]):
        if first:
            a[i, :] = 1
        if second:
            b[i, :] = i


@njit(parallel=True)
def issue_5923_assigned_on_one_way(image):
    out = np.zeros(image.shape)
    for i in prange(image.shape[0]):
        for j in prange(image.shape[1]):
            h = image[i, j]
            if h < 400:
                red = 0.0
            red = (red + h) * 255
            out[i, j] = red
    return out


@njit(parallel=True)
def issue_8652_negative_index(x):
    out = np.zeros_like(x)
    for i in prange(len(x)):
        out[i] = x[-i]
    return out


@njit(parallel=True)
def issue_9265_assigned_under_a_condition(n):
    d = 0
    for i in prange(n):
        if n:
            d = n + 4
    return n and d > 0


@njit(parallel=True)
def issue_9380_index_out_of_bounds(x, n):
    for i in prange(n + 1):
        x[i] += 1


@njit
def _refuses(x):
    if x > 1:
        raise ValueError("invalid", x)


@njit(parallel=True)
def issue_9673_error_in_a_call(n):
    y = np.zeros(n)
    for i in prange(n):
        y[i] += 1
        _refuses(i)
    return y


@njit(parallel=True)
def sum_needed_by_the_next_expression(a):
    total = np.sum(a)
    return a + total


@njit(parallel=True)
def error_of_the_lowest_iteration(x):
    out = np.zeros(x.shape[0])
    for i in prange(x.shape[0]):
        if x[i] > 2.5:
            raise ValueError("too large at", i)
        out[i] = 1 / x[i]
    return out


@njit(parallel=True)
def error_of_a_call(x, n):
    total = 0
    for i in prange(n):
        total += _first_above(x, 100.0) // (n - 1 - i)
    return total


X = np.array([0.5, -1.0, 3.0, 2.0, -4.0, 0.25, 5.0, 1.0, 1.5, -2.5])
A = np.arange(24.0).reshape(6, 4) % 7
AT = np.array([9, 11, 12, 15, 19])
NEAR = {"within": 1e-9}


def refused(text):
    return {"refused": text}


CASES = [
    ("issue_2609_column_of_ones", [40]),
    ("issue_2537_tuple_of_call", [X, X[::-1].copy()]),
    ("issue_2699_array_in_each_iteration", [50]),
    ("issue_2759_two_sums_in_one", [5]),
    ("issue_3069_array_added", [100]),
    ("issue_3069b_array_replaced", [100], refused("HL0404 `result`")),
    ("issue_3103_read_behind", [10, 20], refused("HL0402 `k`")),
    ("issue_3522_row_for_all", [A, np.zeros((3, 4)), 1], NEAR),
    ("issue_3522b_row_assigned", [A, np.zeros((3, 4)), 1], NEAR),
    ("issue_3681_remainder_bins", [103]),
    ("issue_3681b_remainder_bins_written_out", [103], refused("HL0345 bins[k]")),
    ("issue_3681c_slice_of_all_bins", [103]),
    ("issue_4489_negative_start", [10]),
    ("issue_4569_array_of_comprehension", [12]),
    ("issue_4922_conditional_second_update", [10]),
    ("branch_between_two_sums", [10, True]),
    ("branch_between_two_sums", [10, False]),
    ("issue_5584_nearest", [X, X[::2] + 0.1]),
    ("issue_5698_assigned_under_two_conditions", [X, 0, 1]),
    ("issue_5698_assigned_under_two_conditions", [X, 1, 0]),
    ("issue_5942_row_copied_then_one_more", [10, 2]),
    ("issue_5979_list_in_each_iteration", [17]),
    ("issue_6414_two_counts_in_branches", [7]),
    ("issue_6414b_sum_in_inner_loop", [7]),
    ("issue_6597_index_moved_within", [X, 10]),
    ("issue_6782_nested_sums_of_arrays", [A], NEAR),
    ("issue_6859_list_grown", [100], refused("HL0256 values.append(2)")),
    ("issue_7170_normalised_in_each_iteration", [40, 9]),
    ("issue_7344_start_of_conditional_count", [X > 0]),
    ("issue_7578_array_in_sum", [np.abs(X)], NEAR),
    ("issue_7630_prange_in_both_branches", [True, 1000]),
    ("issue_7630_prange_in_both_branches", [False, 1000]),
    ("issue_7867_floor_division", [4], refused("HL0401 `acc`")),
    ("exclusive_or_by_the_counter", [9]),
    ("issue_8007_sum_of_windows", [A, 3], NEAR),
    ("issue_8184_vector_in_outer_loop", [np.array([[2.0, 1.0], [1.0, 3.0]]), 4], NEAR),
    ("issue_8184b_vector_outside", [np.array([[2.0, 1.0], [1.0, 3.0]]), 4], refused("HL0345 v[0] = 1.0 + i")),
    ("issue_8515_loops_merged", [15]),
    ("issue_8515b_loops_merged_by_hand", [15], refused("HL0345 counters[i - 1]")),
    ("issue_9139_divided_by_its_maximum", [np.linspace(0, 3, 3)]),
    ("issue_9518_subtracted_in_full", [X, 1.0, 2.0], NEAR),
    ("issue_9529_arrays_in_lists", [9]),
    ("issue_9829_numbered_in_a_second_loop", [AT, AT // 2, 20], refused("HL0401 `largest`")),
    ("issue_9829b_counted_in_a_second_loop", [AT, AT // 2, 20]),
    ("issue_9863_list_in_three_loops", [A], refused("HL0256 coordinates.append(1)")),
    ("issue_9863b_count_in_loops", [A]),
    ("stepped_counter_and_what_lies_between", [20]),
    ("issue_2811_assertion", [X, 10]),
    ("issue_2811_assertion", [X, 6]),
    ("issue_3461_sums_of_shrinking_ranges", [40]),
    ("issue_4555_divided_by_rows", [10], NEAR),
    ("issue_4555b_rows_subtracted", [10]),
    ("issue_5663_rows_under_conditions", [A, A + 1, True, False]),
    ("issue_5663_rows_under_conditions", [A, A + 1, True, True]),
    ("issue_5923_assigned_on_one_way", [A], refused("HL0401 `red`")),
    ("issue_8652_negative_index", [X]),
    ("issue_9265_assigned_under_a_condition", [4], refused("HL0402 `d`")),
    ("issue_9380_index_out_of_bounds", [np.ones(9), 9]),
    ("issue_9673_error_in_a_call", [20]),
    ("sum_needed_by_the_next_expression", [X], NEAR),
    ("error_of_the_lowest_iteration", [X]),
    ("error_of_a_call", [np.ones(5), 12]),
]
