# Validates the payloads of a vendored folder with json_schemer, and compares the verdicts.
# Usage: ruby validate.rb FOLDER
require "json"
require "set" # json_schemer 0.2 needs it
require "json_schemer"

folder = ARGV.fetch(0)
read = ->(path) { File.read(File.join(folder, path), encoding: "utf-8") }
options = JSON.parse(read["junction-webhooks.lock.json"])["options"]
validators = Hash.new do |found, reference|
  path, within = reference.split("#")
  schema = JSON.parse(read[path])
  if within
    schema.delete("oneOf")
    schema["allOf"] = [{ "$ref" => "##{within}" }]
  end
  found[reference] = JSONSchemer.schema(schema)
end
index = JSON.parse(read["fixtures/index.json"])
cases = index["payloads"].map { |entry| [entry, JSON.parse(read[entry["file"]])] }
cases += index["rules"].flat_map { |path| read[path].lines }.map { |line| JSON.parse(line) }.map { |rule| [rule, rule["payload"]] }
differing = cases.reject { |entry, payload| validators[entry["schema"]].valid?(payload) == entry[options["profile"]] }
differing.each { |entry, _| puts "json_schemer: not as expected: #{entry["file"] || entry["violations"].to_json}" }
puts "json_schemer, #{options["profile"]}, draft #{options["draft"]}: #{cases.size} payloads, #{differing.size} other verdicts"
exit(cases.any? && differing.empty? ? 0 : 1)
