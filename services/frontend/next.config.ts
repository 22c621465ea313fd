import type { NextConfig } from "next";

// A folder of files: no Node server, no image optimiser, no middleware in production, nor their advisories.
const config: NextConfig = {
  output: "export",
  trailingSlash: true,
  poweredByHeader: false,
  reactStrictMode: true,
  images: { unoptimized: true },
  turbopack: { root: import.meta.dirname },
};

export default config;
