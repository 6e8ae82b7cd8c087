# One image for the worker, the services and the command line. Built in two stages: pip stays behind in the first.

FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/tongchou
COPY requirements.txt .
RUN /opt/tongchou/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements.txt
COPY . .
RUN /opt/tongchou/bin/pip install --no-cache-dir --no-index --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
# A volume takes over owner and mode of the folder that it is mounted on first, so each has one here.
RUN groupadd --system --gid 10001 tongchou \
 && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/tongchou tongchou \
 && install -d -o tongchou -g tongchou /var/lib/tongchou /var/lib/tongchou-prometheus \
 && install -d -m 700 -o tongchou -g tongchou /var/lib/tongchou-keys /var/lib/tongchou-secrets
COPY --from=build /opt/tongchou /opt/tongchou
# A write to stdout or stderr must not wait in a buffer, or the last lines before a kill are lost.
ENV PATH=/opt/tongchou/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TONGCHOU_DATA_DIR=/var/lib/tongchou
# By number: who runs the image can tell without looking into it that this is not root.
USER 10001:10001
WORKDIR /var/lib/tongchou
VOLUME /var/lib/tongchou
CMD ["python", "-m", "worker"]
