"""The program."""
import sys


def greeting(name):
    return "Hello, %s!" % name.strip()


def main():
    print(greeting(sys.argv[1] if len(sys.argv) > 1 else "world"))
