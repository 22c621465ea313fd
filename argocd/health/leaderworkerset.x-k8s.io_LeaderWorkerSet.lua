-- A LeaderWorkerSet: Argo CD has no check for it, so a group that never forms would look fine.
local hs = { status = "Progressing", message = "Waiting for the LeaderWorkerSet controller" }
local status = obj.status
if status == nil or status.conditions == nil then
  return hs
end
if status.observedGeneration ~= nil and status.observedGeneration ~= obj.metadata.generation then
  hs.message = "Waiting for the controller to see generation " .. tostring(obj.metadata.generation)
  return hs
end
local is = {}
for _, condition in ipairs(status.conditions) do
  is[condition.type] = condition.status == "True"
end
local wanted = obj.spec.replicas
if wanted == nil then
  wanted = 1
end
local ready = tostring(status.readyReplicas or 0) .. " of " .. tostring(wanted) .. " groups ready"
if wanted == 0 then
  hs.status = "Healthy"
  hs.message = "Asleep: no group wanted"
elseif is.UpdateInProgress then
  hs.message = "Updating, " .. tostring(status.updatedReplicas or 0) .. " groups new, " .. ready
elseif is.Available then
  hs.status = "Healthy"
  hs.message = ready
else
  hs.message = ready
end
return hs
