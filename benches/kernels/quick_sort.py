"""Quicksort with a stack of its own: the middle one of a range divides it."""


def quick_sort(source, x, stack):
    n = source.shape[0]
    for i in range(n):
        x[i] = source[i]
    stack[0] = 0
    stack[1] = n - 1
    top = 2
    while top > 0:
        top -= 2
        low = stack[top]
        high = stack[top + 1]
        while low < high:
            pivot = x[(low + high) >> 1]
            i = low
            j = high
            while i <= j:
                while x[i] < pivot:
                    i += 1
                while pivot < x[j]:
                    j -= 1
                if i <= j:
                    x[i], x[j] = x[j], x[i]
                    i += 1
                    j -= 1
            if j - low < high - i:
                stack[top] = i
                stack[top + 1] = high
                top += 2
                high = j
            else:
                stack[top] = low
                stack[top + 1] = j
                top += 2
                low = i
