-- wrk: GET what the lines of REQUESTS say (a header, its value and a path, with tabs between), one at random each time; prints one JSON line at the end.
local requests = {}
function init(arguments)
  for line in io.lines(os.getenv("REQUESTS")) do
    local name, value, path = line:match("^(%S+)\t(.+)\t(%S+)$")
    local headers = {[name] = value, ["X-Forwarded-Proto"] = "https"}
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
