-- A ScaledObject. Argo CD has a check; this one also says in words what fallback means and which trigger fails
-- (trap G13): the fleet runs, but on a fixed number of replicas, because its metrics are lost.
local hs = { status = "Progressing", message = "Waiting for KEDA to make the HorizontalPodAutoscaler" }
local status = obj.status
if status == nil or status.conditions == nil then
  return hs
end
local condition = {}
for _, each in ipairs(status.conditions) do
  condition[each.type] = each
end

local function holds(type)
  return condition[type] ~= nil and condition[type].status == "True"
end

-- KEDA names a trigger s<position>-<type>; people named it in the formula.
local function named(key)
  for position, trigger in ipairs(obj.spec.triggers or {}) do
    if trigger.name ~= nil and key == "s" .. tostring(position - 1) .. "-" .. trigger.type then
      return trigger.name
    end
  end
  return key
end

local function failing()
  local found = {}
  for key, health in pairs(status.health or {}) do
    if health.status == "Failing" then
      table.insert(found, named(key) .. " (" .. tostring(health.numberOfFailures or 0) .. " failures)")
    end
  end
  table.sort(found)
  if #found == 0 then
    return "a trigger that KEDA does not name"
  end
  return table.concat(found, ", ")
end

if condition.Ready ~= nil and condition.Ready.status == "False" then
  hs.status = "Degraded"
  hs.message = condition.Ready.message or "KEDA cannot use this ScaledObject"
elseif holds("Paused") then
  hs.status = "Suspended"
  hs.message = condition.Paused.message or "Paused"
elseif holds("Fallback") then
  local fallback = obj.spec.fallback or {}
  hs.status = "Degraded"
  hs.message = "Metrics are lost: runs on fallback replicas (" .. tostring(fallback.replicas or "?") .. ", "
    .. (fallback.behavior or "static") .. ") and does not follow the load. Failing: " .. failing()
elseif holds("Ready") then
  hs.status = "Healthy"
  hs.message = condition.Ready.message or ""
end
return hs
