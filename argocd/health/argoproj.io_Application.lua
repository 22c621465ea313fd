-- An Application in an Application of Applications. Argo CD removed its own check, and without one a sync wave does
-- not wait for the child it made (trap G9). The child counts as healthy only when its own sync has ended as well.
local hs = { status = "Progressing", message = "Waiting for the first comparison" }
local status = obj.status
if status == nil then
  return hs
end
local operation = status.operationState
if operation ~= nil and operation.phase == "Running" then
  hs.message = "Syncing: " .. (operation.message or "no message yet")
  return hs
end
if operation ~= nil and (operation.phase == "Failed" or operation.phase == "Error") then
  hs.status = "Degraded"
  hs.message = "Last sync failed: " .. (operation.message or "no message")
  return hs
end
if status.health ~= nil and status.health.status ~= nil then
  hs.status = status.health.status
  hs.message = status.health.message or ""
end
return hs
