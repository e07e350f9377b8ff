"""Write a number as the product of the first factor that was found and the rest, the smaller one first."""
import sys

number, path = int(sys.argv[1]), sys.argv[2]
factor = next(int(one) for one in sys.argv[3:] if one)
rest, over = divmod(number, factor)
if over:
    sys.exit("%d does not divide %d" % (factor, number))
with open(path, "w") as file:
    file.write("%d = %d x %d" % (number, *sorted((factor, rest))))
