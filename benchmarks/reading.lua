-- wrk: GET each of the paths in PATHS (one a line of "<token> <path>"), by turns from a random start; prints one JSON line at the end.
local requests = {}
function init(arguments)
  for line in io.lines(os.getenv("REQUESTS")) do
    local token, path = line:match("^(%S+) (%S+)$")
    local headers = {["Authorization"] = "Bearer " .. token, ["X-Forwarded-Proto"] = "https"}
    requests[#requests + 1] = wrk.format("GET", path, headers)
  end
  math.randomseed(os.time())
end
function request() return requests[math.random(#requests)] end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"per_second":%.1f,"p50":%.2f,"p99":%.2f,"answers":%d,"not_2xx":%d,"failed":%d}\n',
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000, latency:percentile(99) / 1000, summary.requests,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
