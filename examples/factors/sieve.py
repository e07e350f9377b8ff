"""Write the primes below a number, one in a line."""
import sys

below, path = int(sys.argv[1]), sys.argv[2]
is_prime = bytearray([1]) * below
is_prime[:2] = b"\0\0"
for n in range(2, int(below ** 0.5) + 1):
    if is_prime[n]:
        is_prime[n * n::n] = bytes(len(range(n * n, below, n)))
with open(path, "w") as file:
    file.writelines("%d\n" % n for n in range(below) if is_prime[n])
