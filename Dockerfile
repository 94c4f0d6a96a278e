# Web and worker in one image; the command decides which. Build: docker build -t morello .
FROM node:24-slim AS build
WORKDIR /morello
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY prisma.config.ts ./
COPY prisma prisma
RUN npx prisma generate
COPY . .
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /morello
COPY package.json package-lock.json ./
# Without development packages, the local shop among them, and without the PostgreSQL that only development starts.
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund && npm cache clean --force
COPY prisma.config.ts ./
COPY prisma prisma
RUN npx prisma generate
COPY --from=build /morello/build build
USER node
EXPOSE 3000
# `npm run worker` for a worker, `npm run db` to bring the database up to date.
CMD ["npm", "start"]
