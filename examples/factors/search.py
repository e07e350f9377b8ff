"""Find a factor of a number by Pollard's p-1 with the primes up to a bound; exit 1 if that finds none."""
import math
import sys

number, primes, bound, path = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
power = 3
for line in open(primes):
    prime = int(line)
    if prime > bound:
        sys.exit("no factor with primes up to %d" % bound)
    power = pow(power, prime ** int(math.log(bound, prime)), number)
    factor = math.gcd(power - 1, number)
    if 1 < factor < number:
        break
else:
    sys.exit("no factor with the primes that there are")
with open(path, "w") as file:
    file.write(str(factor))
