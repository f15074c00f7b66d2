# Runs the recipe over the vectors and fixtures of a vendored folder. Usage: ruby -I FOLDER_OF_RECIPE run.rb FOLDER
require "junction"

folder = ARGV.fetch(0)
read = ->(path) { JSON.parse(File.read(File.join(folder, path), encoding: "utf-8")) }
wrong = []

def sign(secret, id, time, body)
  key = secret.delete_prefix("whsec_").unpack1("m")
  [OpenSSL::HMAC.digest("SHA256", key, "#{id}.#{time}.#{body}")].pack("m0")
end

vectors = read["signatures/relative.json"]["vectors"]
vectors.each do |each|
  now = Time.now.to_i
  headers = each["headers"].transform_values do |text|
    text = text.gsub("{timestamp}", (now + each["offset"]).to_s)
    each["signed"].each_with_index do |signed, at|
      text = text.gsub("{#{at}}", sign(signed["signed_with"], each["id"], now + signed["offset"], signed["body"]))
    end
    text
  end
  is_valid = Junction.verified?(each["body"], headers, *each["secrets"])
  wrong << each["name"] if is_valid != (each["outcome"] == "valid")
end

schemas = Junction.schemas(folder)
payloads = read["fixtures/index.json"]["payloads"].select { |each| schemas.key?(File.basename(each["schema"], ".json")) }
payloads.each do |each|
  errors = Junction.errors(schemas[File.basename(each["schema"], ".json")], read[each["file"]])
  wrong << each["file"] if errors.empty? != each["tolerant"]
end

wrong.each { |what| puts "not as expected: #{what}" }
puts "Ruby: #{vectors.size} vectors, #{payloads.size} payloads, #{wrong.size} not as expected"
exit(wrong.empty? && vectors.any? && payloads.any? ? 0 : 1)
