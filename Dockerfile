# Allhands as an image: the locked dependencies and the project in one virtual environment, and a user who owns nothing of it.
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
# What installs stays behind here: the environment has no pip.
RUN python -m venv --without-pip /opt/allhands
# First the dependencies: they change rarely, so their layer is kept. A file whose hash is not in the lock is refused.
COPY requirements.lock ./
RUN python -m pip --python /opt/allhands/bin/python install --no-deps --require-hashes -r requirements.lock
COPY . ./
RUN python -m pip --python /opt/allhands/bin/python install --no-deps --no-build-isolation . \
    && python -m pip --python /opt/allhands/bin/python uninstall --yes setuptools

FROM python:3.12-slim
# By number wherever it is asked who this is: Kubernetes takes no name for "not root", and volumes outlive the image.
RUN groupadd --gid 10001 allhands \
    && useradd --uid 10001 --gid allhands --no-create-home --home-dir /app --shell /usr/sbin/nologin allhands \
    && mkdir -p /app/data \
    && chown allhands:allhands /app/data
COPY --from=build /opt/allhands /opt/allhands
COPY knowledge/samples /app/knowledge/samples
ENV PATH=/opt/allhands/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HTTP_HOST=0.0.0.0 \
    HTTP_PORT=8080 \
    LOG_FORMAT=json
WORKDIR /app
USER 10001:10001
EXPOSE 8080
# Whether the process answers. Whether it is connected says /readyz, which is for whoever sends it work.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"HTTP_PORT\"]}/healthz', timeout=2)"]
CMD ["allhands", "run"]
