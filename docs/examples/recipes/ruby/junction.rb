# Verifies and validates Junction's webhooks.
require "json"
require "openssl"
require "set" # json_schemer 0.2 needs it
require "json_schemer"

module Junction
  TOLERANCE = 5 * 60 # seconds

  # Whether one of the secrets signed the body within the last five minutes. The body is the text as it arrived.
  def self.verified?(body, headers, *secrets)
    id, timestamp, signatures = headers.transform_keys(&:downcase).values_at("svix-id", "svix-timestamp", "svix-signature")
    return false if id.to_s.empty? || !timestamp.to_s.match?(/\A[0-9]+\z/)
    return false if (Time.now.to_i - timestamp.to_i).abs > TOLERANCE

    secrets.any? do |secret|
      key = secret.delete_prefix("whsec_").unpack1("m")
      raise ArgumentError, "a secret is malformed" if key.empty?

      digest = OpenSSL::HMAC.digest("SHA256", key, "#{id}.#{timestamp}.".b + body.b)
      expected = "v1,#{[digest].pack("m0")}"
      signatures.to_s.split(" ").any? { |given| OpenSSL.secure_compare(given, expected) }
    end
  end

  # The schemas of a vendored folder, by event type.
  def self.schemas(folder)
    Dir.glob(File.join(folder, "schemas", "labtest.*.json")).to_h do |path|
      [File.basename(path, ".json"), JSONSchemer.schema(JSON.parse(File.read(path, encoding: "utf-8")))]
    end
  end

  # What is wrong with a payload, one text for each error.
  def self.errors(schema, payload)
    schema.validate(payload).map { |error| "#{error["data_pointer"]} #{error["type"]}" }
  end
end
