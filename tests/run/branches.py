"""Chains of `elif` and of `case`: what is evaluated in them, what they assign, and that there may be many."""

import numpy as np

from hotloop import njit


@njit
def many(x):
    if x == 0: y = 5
    elif x == 1: y = 919
    elif x == 2: y = 838
    elif x == 3: y = 757
    elif x == 4: y = 676
    elif x == 5: y = 595
    elif x == 6: y = 514
    elif x == 7: y = 433
    elif x == 8: y = 352
    elif x == 9: y = 271
    elif x == 10: y = 190
    elif x == 11: y = 109
    elif x == 12: y = 28
    elif x == 13: y = 947
    elif x == 14: y = 866
    elif x == 15: y = 785
    elif x == 16: y = 704
    elif x == 17: y = 623
    elif x == 18: y = 542
    elif x == 19: y = 461
    elif x == 20: y = 380
    elif x == 21: y = 299
    elif x == 22: y = 218
    elif x == 23: y = 137
    elif x == 24: y = 56
    elif x == 25: y = 975
    elif x == 26: y = 894
    elif x == 27: y = 813
    elif x == 28: y = 732
    elif x == 29: y = 651
    elif x == 30: y = 570
    elif x == 31: y = 489
    elif x == 32: y = 408
    elif x == 33: y = 327
    elif x == 34: y = 246
    elif x == 35: y = 165
    elif x == 36: y = 84
    elif x == 37: y = 3
    elif x == 38: y = 922
    elif x == 39: y = 841
    elif x == 40: y = 760
    elif x == 41: y = 679
    elif x == 42: y = 598
    elif x == 43: y = 517
    elif x == 44: y = 436
    elif x == 45: y = 355
    elif x == 46: y = 274
    elif x == 47: y = 193
    elif x == 48: y = 112
    elif x == 49: y = 31
    elif x == 50: y = 950
    elif x == 51: y = 869
    elif x == 52: y = 788
    elif x == 53: y = 707
    elif x == 54: y = 626
    elif x == 55: y = 545
    elif x == 56: y = 464
    elif x == 57: y = 383
    elif x == 58: y = 302
    elif x == 59: y = 221
    elif x == 60: y = 140
    elif x == 61: y = 59
    elif x == 62: y = 978
    elif x == 63: y = 897
    elif x == 64: y = 816
    elif x == 65: y = 735
    elif x == 66: y = 654
    elif x == 67: y = 573
    elif x == 68: y = 492
    elif x == 69: y = 411
    elif x == 70: y = 330
    elif x == 71: y = 249
    elif x == 72: y = 168
    elif x == 73: y = 87
    elif x == 74: y = 6
    elif x == 75: y = 925
    elif x == 76: y = 844
    elif x == 77: y = 763
    elif x == 78: y = 682
    elif x == 79: y = 601
    elif x == 80: y = 520
    elif x == 81: y = 439
    elif x == 82: y = 358
    elif x == 83: y = 277
    elif x == 84: y = 196
    elif x == 85: y = 115
    elif x == 86: y = 34
    elif x == 87: y = 953
    elif x == 88: y = 872
    elif x == 89: y = 791
    elif x == 90: y = 710
    elif x == 91: y = 629
    elif x == 92: y = 548
    elif x == 93: y = 467
    elif x == 94: y = 386
    elif x == 95: y = 305
    elif x == 96: y = 224
    elif x == 97: y = 143
    elif x == 98: y = 62
    elif x == 99: y = 981
    elif x == 100: y = 900
    elif x == 101: y = 819
    elif x == 102: y = 738
    elif x == 103: y = 657
    elif x == 104: y = 576
    elif x == 105: y = 495
    elif x == 106: y = 414
    elif x == 107: y = 333
    elif x == 108: y = 252
    elif x == 109: y = 171
    elif x == 110: y = 90
    elif x == 111: y = 9
    elif x == 112: y = 928
    elif x == 113: y = 847
    elif x == 114: y = 766
    elif x == 115: y = 685
    elif x == 116: y = 604
    elif x == 117: y = 523
    elif x == 118: y = 442
    elif x == 119: y = 361
    elif x == 120: y = 280
    elif x == 121: y = 199
    elif x == 122: y = 118
    elif x == 123: y = 37
    elif x == 124: y = 956
    elif x == 125: y = 875
    elif x == 126: y = 794
    elif x == 127: y = 713
    elif x == 128: y = 632
    elif x == 129: y = 551
    elif x == 130: y = 470
    elif x == 131: y = 389
    elif x == 132: y = 308
    elif x == 133: y = 227
    elif x == 134: y = 146
    elif x == 135: y = 65
    elif x == 136: y = 984
    elif x == 137: y = 903
    elif x == 138: y = 822
    elif x == 139: y = 741
    elif x == 140: y = 660
    elif x == 141: y = 579
    elif x == 142: y = 498
    elif x == 143: y = 417
    elif x == 144: y = 336
    elif x == 145: y = 255
    elif x == 146: y = 174
    elif x == 147: y = 93
    elif x == 148: y = 12
    elif x == 149: y = 931
    else: y = x * 0.5
    return y


@njit
def many_cases(x, n):
    match x:
        case 0 if n > 0: return 0
        case 1: return 31
        case 2: return 62
        case 3: return 93
        case 4 if n > 4: return 124
        case 5: return 155
        case 6: return 186
        case 7: return 217
        case 8 if n > 3: return 248
        case 9: return 279
        case 10: return 310
        case 11: return 341
        case 12 if n > 2: return 372
        case 13: return 403
        case 14: return 434
        case 15: return 465
        case 16 if n > 1: return 496
        case 17: return 527
        case 18: return 558
        case 19: return 589
        case 20 if n > 0: return 620
        case 21: return 651
        case 22: return 682
        case 23: return 713
        case 24 if n > 4: return 744
        case 25: return 775
        case 26: return 806
        case 27: return 837
        case 28 if n > 3: return 868
        case 29: return 899
        case 30: return 930
        case 31: return 961
        case 32 if n > 2: return 15
        case 33: return 46
        case 34: return 77
        case 35: return 108
        case 36 if n > 1: return 139
        case 37: return 170
        case 38: return 201
        case 39: return 232
        case 40 if n > 0: return 263
        case 41: return 294
        case 42: return 325
        case 43: return 356
        case 44 if n > 4: return 387
        case 45: return 418
        case 46: return 449
        case 47: return 480
        case 48 if n > 3: return 511
        case 49: return 542
        case 50: return 573
        case 51: return 604
        case 52 if n > 2: return 635
        case 53: return 666
        case 54: return 697
        case 55: return 728
        case 56 if n > 1: return 759
        case 57: return 790
        case 58: return 821
        case 59: return 852
        case 60 if n > 0: return 883
        case 61: return 914
        case 62: return 945
        case 63: return 976
        case 64 if n > 4: return 30
        case 65: return 61
        case 66: return 92
        case 67: return 123
        case 68 if n > 3: return 154
        case 69: return 185
        case 70: return 216
        case 71: return 247
        case 72 if n > 2: return 278
        case 73: return 309
        case 74: return 340
        case 75: return 371
        case 76 if n > 1: return 402
        case 77: return 433
        case 78: return 464
        case 79: return 495
        case 80 if n > 0: return 526
        case 81: return 557
        case 82: return 588
        case 83: return 619
        case 84 if n > 4: return 650
        case 85: return 681
        case 86: return 712
        case 87: return 743
        case 88 if n > 3: return 774
        case 89: return 805
        case 90: return 836
        case 91: return 867
        case 92 if n > 2: return 898
        case 93: return 929
        case 94: return 960
        case 95: return 14
        case 96 if n > 1: return 45
        case 97: return 76
        case 98: return 107
        case 99: return 138
        case 100 if n > 0: return 169
        case 101: return 200
        case 102: return 231
        case 103: return 262
        case 104 if n > 4: return 293
        case 105: return 324
        case 106: return 355
        case 107: return 386
        case 108 if n > 3: return 417
        case 109: return 448
        case 110: return 479
        case 111: return 510
        case 112 if n > 2: return 541
        case 113: return 572
        case 114: return 603
        case 115: return 634
        case 116 if n > 1: return 665
        case 117: return 696
        case 118: return 727
        case 119: return 758
        case 120 if n > 0: return 789
        case 121: return 820
        case 122: return 851
        case 123: return 882
        case 124 if n > 4: return 913
        case 125: return 944
        case 126: return 975
        case 127: return 29
        case 128 if n > 3: return 60
        case 129: return 91
        case 130: return 122
        case 131: return 153
        case 132 if n > 2: return 184
        case 133: return 215
        case 134: return 246
        case 135: return 277
        case 136 if n > 1: return 308
        case 137: return 339
        case 138: return 370
        case 139: return 401
        case 140 if n > 0: return 432
        case 141: return 463
        case 142: return 494
        case 143: return 525
        case 144 if n > 4: return 556
        case 145: return 587
        case 146: return 618
        case 147: return 649
        case 148 if n > 3: return 680
        case 149: return 711
    return -1


@njit
def narrowed(x, n):
    value = n if n > 2 else None
    if x > 5:
        return 1.5
    elif value is None:
        return n
    elif value > 4:
        return value + 0.25
    elif x == 3:
        return value * 2
    return value


@njit
def seen(log, n):
    log.append(n)
    return n


@njit
def evaluated_in_order(x):
    log = [0]
    if seen(log, 1) == x:
        log.append(10)
    elif seen(log, 2) == x or seen(log, 3) == x:
        log.append(20)
    elif [seen(log, k) for k in range(4, 6)][-1] == x:
        log.append(30)
    elif any(seen(log, k) == x for k in range(6, 9)):
        log.append(40)
    else:
        log.append(50)
    return log


@njit
def assigned(x):
    if (a := x * 2) > 20:
        result = a
    elif (b := x + 1) > 8 and (c := b - x) == 1:
        result = b + c
    elif x > 2 or (d := x - 5) < -4:
        result = -x
    else:
        result = d
    return result


@njit
def failed(x):
    raise KeyError(x)


@njit
def never(x):
    if x == 1:
        return 1
    elif x == 2:
        y = 7
    elif failed(x) > 2:
        return 3
    else:
        return 4
    return y


@njit
def in_loops(n):
    total = 0
    for i in range(n):
        if i % 7 == 0:
            continue
        elif i % 5 == 0:
            total += 100
        elif i % 3 == 0:
            while True:
                total += 1
                if total % 4 == 0:
                    break
                elif total > 1000:
                    return -total
        elif i > 40:
            break
        else:
            total -= 1
    else:
        total += 10000
    return total


@njit
def arrays(x, n):
    a = np.ones(n)
    if x == 0:
        b = a
    elif x == 1:
        b = a * 2
        a = b + 1
    elif x == 2:
        b = np.zeros(n) + a.sum()
    elif (a * x).sum() > 10:
        b = a[1:]
    else:
        raise ValueError("none", x)
    return (a + b[0]).sum() + b.sum()


@njit
def texts(x):
    s = str(x)
    if s == "1":
        t = s + "a"
    elif s == "2" or s + "!" == "3!":
        t = f"{s}{x}"
    elif len(s * 2) > 2:
        return s
    else:
        t = "none"
    return t + s


@njit
def maybe(x):
    if x == 1:
        y = 1
    elif x == 2:
        z = 2
    elif x == 3:
        y = 3
        z = 4
    if x > 1:
        return z
    return y


@njit
def caught(x):
    try:
        if x == 1:
            y = 1 // (x - 1)
        elif 4 // (x - 2) == 2:
            y = 2
        elif 6 // (x - 3) == 6:
            raise KeyError(x)
        else:
            y = 0
    except ZeroDivisionError:
        y = 100
    except KeyError:
        y = 200
    return y


@njit
def items(n):
    for i in range(n):
        if i % 3 == 0:
            yield i
        elif i % 3 == 1:
            yield i * 10
            yield -i
        elif i > 6:
            return


@njit
def of_items(n):
    return [i for i in items(n)]


CASES = [
    *[("many", [x]) for x in (0, 77, 149, -1)],
    *[("many_cases", [x, n]) for x, n in ((0, 9), (4, 0), (8, 3), (148, 9), (149, 0), (150, 3))],
    *[("narrowed", [x, n]) for x in (0, 3, 6) for n in (0, 3, 9)],
    *[("evaluated_in_order", [x]) for x in range(0, 10)],
    *[("assigned", [x]) for x in (-3, 0, 1, 2, 3, 7, 8, 11)],
    *[("never", [x]) for x in (1, 2, 3)],
    *[("in_loops", [n]) for n in (0, 6, 30, 60)],
    *[("arrays", [x, 5]) for x in (0, 1, 2, 3, 4)],
    ("arrays", [-1, 5]),
    *[("texts", [x]) for x in (1, 2, 3, 4, 44)],
    *[("maybe", [x]) for x in (1, 2, 3, 4, 0)],
    *[("caught", [x]) for x in (1, 2, 3, 4, 5, 9)],
    *[("of_items", [n]) for n in (0, 5, 20)],
]
