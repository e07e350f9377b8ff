"""The backends that must agree: a further one adds itself to BACKENDS.

A backend is a name for `--backend`, an image that its containers can be made of, and the environment by which wf finds
it. It is prepared once for each process, and says why where that cannot be.
"""
import container_engine


class Local:
    name = "local"

    def prepare(self):
        """Tasks with an image run here, too; that image is looked up where there is an engine, for the keys."""
        return DOCKER.prepare()


class Docker:
    name = "docker"

    def __init__(self):
        self.engine = None

    def prepare(self):
        if self.engine is None:
            made = container_engine.engine()
            made.load_debian()
            for public, here in container_engine.STAND_INS.items():
                made.tag(here, public)
            self.engine = made
        return {"DOCKER_HOST": self.engine.host}


DOCKER = Docker()
BACKENDS = [Local(), DOCKER]
IMAGE = container_engine.DEBIAN
