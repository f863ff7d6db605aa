# Builds the package in one stage and keeps nothing but it in the other.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run -s build \
  && mkdir -p dist/package/node_modules \
  && cp -R node_modules/better-sqlite3 dist/package/node_modules/

FROM node:24-slim
LABEL org.opencontainers.image.title="flux-compare" org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /build/dist/package /app
# The history lives in a volume; everything else may be read-only.
RUN mkdir -p /var/lib/flux-compare && chown 10001:10001 /var/lib/flux-compare && chmod 0700 /var/lib/flux-compare
ENV NODE_ENV=production \
    FLUX_COMPARE_HISTORY=/var/lib/flux-compare/history.db
USER 10001:10001
VOLUME /var/lib/flux-compare
EXPOSE 8080
ENTRYPOINT ["node", "/app/bin/flux-compare.cjs"]
CMD ["serve", "--config", "/etc/flux-compare/config.yaml"]
