# Allhands as an image: the locked dependencies and the project in one virtual environment, and a user who owns nothing of it.
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/allhands
# First the dependencies: they change rarely, so their layer is kept. A file whose hash is not in the lock is refused.
COPY requirements.lock ./
RUN /opt/allhands/bin/pip install --no-deps --require-hashes -r requirements.lock
COPY . ./
RUN /opt/allhands/bin/pip install --no-deps --no-build-isolation .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --user-group --no-create-home allhands \
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
USER allhands
EXPOSE 8080
# Whether the process answers. Whether it is connected says /readyz, which is for whoever sends it work.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"HTTP_PORT\"]}/healthz', timeout=2)"]
CMD ["allhands", "run"]
