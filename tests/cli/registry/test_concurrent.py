"""Many processes at one store: no error, no loss, one winner."""
import shutil
import unittest

from registry_case import RegistryCase


class Concurrent(RegistryCase):
    def finish(self, processes):
        results = [(process, *process.communicate()) for process in processes]
        return [(process.returncode, out + err) for process, out, err in results]

    def test_200_registrations_half_of_the_same_content(self):
        shutil.rmtree(self.store)
        self.start("init").communicate()
        self.definition("same")
        for i in range(100):
            self.definition(f"w{i}", f"m{i}")
        processes = []
        for i in range(100):
            processes.append(self.start("register", "same.yaml"))
            processes.append(self.start("register", f"w{i}.yaml"))
        for code, text in self.finish(processes):
            self.assertEqual(code, 0, text)
        self.assertEqual(len(self.json("workflow", "list")["workflows"]), 101)
        self.assertEqual(self.query("SELECT count(*) FROM registration"), [(101,)])
        self.assertEqual(self.check("--contents"), [])

    def test_making_one_store_with_many_processes(self):
        shutil.rmtree(self.store)
        for code, text in self.finish([self.start("init") for _ in range(50)]):
            self.assertEqual(code, 0, text)
        self.assertEqual(self.query("SELECT count(*) FROM store"), [(1,)])
        self.assertEqual(self.check("--contents"), [])

    def test_one_label_50_bodies_one_winner(self):
        for i in range(50):
            self.definition("w", f"m{i}", file=f"w{i}.yaml")
        results = self.finish([self.start("register", f"w{i}.yaml", "--label", "v1") for i in range(50)])
        codes = [code for code, _ in results]
        self.assertEqual((codes.count(0), codes.count(4)), (1, 49), results)
        for table in ["version", "registration", "label"]:
            self.assertEqual(self.query(f"SELECT count(*) FROM {table}"), [(1,)], table)


if __name__ == "__main__":
    unittest.main()
