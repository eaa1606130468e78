"""The length of the longest common subsequence of two byte strings, with one row of lengths."""


def longest_common(a, b, row):
    for j in range(row.shape[0]):
        row[j] = 0
    for i in range(a.shape[0]):
        diagonal = 0
        for j in range(b.shape[0]):
            above = row[j + 1]
            if a[i] == b[j]:
                row[j + 1] = diagonal + 1
            else:
                row[j + 1] = max(above, row[j])
            diagonal = above
    return row[b.shape[0]]
