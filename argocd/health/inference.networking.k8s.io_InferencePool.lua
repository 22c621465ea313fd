-- An InferencePool: healthy when every gateway that uses it accepts it and finds what it refers to.
local hs = { status = "Progressing", message = "No gateway has taken it up yet" }
if obj.status == nil or obj.status.parents == nil or #obj.status.parents == 0 then
  return hs
end
for _, parent in ipairs(obj.status.parents) do
  local gateway = "a gateway"
  if parent.parentRef ~= nil and parent.parentRef.name ~= nil then
    gateway = parent.parentRef.name
  end
  local accepted = false
  for _, condition in ipairs(parent.conditions or {}) do
    if condition.status == "False" then
      hs.status = "Degraded"
      hs.message = gateway .. ": " .. condition.type .. " is False: " .. (condition.message or condition.reason or "")
      return hs
    end
    if condition.type == "Accepted" and condition.status == "True" then
      accepted = true
    end
  end
  if not accepted then
    hs.message = "Waiting for " .. gateway
    return hs
  end
end
hs.status = "Healthy"
hs.message = "Accepted by " .. tostring(#obj.status.parents) .. " gateway(s)"
return hs
