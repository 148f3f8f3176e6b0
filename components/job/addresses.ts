/** Where the browser asks for things of a job. */
export const jobAddress = {
  one: (jobId: string) => `/api/v1/jobs/${encodeURIComponent(jobId)}`,
  logs: (jobId: string, after: number) => `/api/v1/jobs/${encodeURIComponent(jobId)}/logs?after=${after}`,
  artifact: (jobId: string, sha256: string) =>
    `/api/v1/jobs/${encodeURIComponent(jobId)}/artifacts/${sha256}`,
  content: (jobId: string, sha256: string) => `/api/v1/jobs/${encodeURIComponent(jobId)}/contents/${sha256}`,
} as const
