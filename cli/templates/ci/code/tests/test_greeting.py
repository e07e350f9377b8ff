import unittest

from greet.cli import greeting


class Greeting(unittest.TestCase):
    def test_names_are_trimmed(self):
        self.assertEqual(greeting(" Ada "), "Hello, Ada!")


if __name__ == "__main__":
    unittest.main()
