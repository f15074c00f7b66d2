// Parses payloads with generated classes, writes them again, and says what was lost.
// Usage: java Parse openapi|quicktype PAYLOADS EVENT_TYPE=CLASS ...

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

public class Parse {
    private static boolean keepsUnknown;

    public static void main(String[] arguments) throws Exception {
        keepsUnknown = arguments[0].equals("openapi");
        int parsed = 0;
        for (int at = 2; at < arguments.length; at++) {
            String[] pair = arguments[at].split("=");
            try (Stream<Path> files = Files.list(Path.of(arguments[1], pair[0]))) {
                for (Path file : (Iterable<Path>) files.sorted()::iterator) {
                    String content = Files.readString(file);
                    String written = again(content, Class.forName(pair[1]));
                    JsonNode original = new ObjectMapper().readTree(content);
                    String lost = lost(original, new ObjectMapper().readTree(written), "");
                    if (lost != null) throw new AssertionError(file + " lost " + lost);
                    parsed++;
                }
            }
        }
        System.out.println(parsed);
    }

    private static String again(String content, Class<?> event) throws Exception {
        if (keepsUnknown) {
            Class<?> client = Class.forName("org.openapitools.client.ApiClient");
            ObjectMapper mapper = (ObjectMapper) client.getMethod("createDefaultObjectMapper").invoke(null);
            return mapper.writeValueAsString(mapper.readValue(content, event));
        }
        Class<?> converter = Class.forName(event.getPackageName() + ".Converter");
        Object parsed = converter.getMethod("fromJsonString", String.class).invoke(null, content);
        return (String) converter.getMethod("toJsonString", event).invoke(null, parsed);
    }

    /** The first place whose value is not the same in what was written again, or null. */
    private static String lost(JsonNode before, JsonNode after, String path) {
        if (before.isNull()) return null;
        if (after == null) return path;
        if (before.isObject()) {
            for (Iterator<String> names = before.fieldNames(); names.hasNext(); ) {
                String name = names.next();
                // Classes that drop unknown properties write all that they know, so what is absent is unknown to them.
                if (!after.has(name) && !keepsUnknown) continue;
                String lost = lost(before.get(name), after.get(name), path + "/" + name);
                if (lost != null) return lost;
            }
            return null;
        }
        if (before.isArray()) {
            if (before.size() != after.size()) return path;
            for (int index = 0; index < before.size(); index++) {
                String lost = lost(before.get(index), after.get(index), path + "/" + index);
                if (lost != null) return lost;
            }
            return null;
        }
        return same(before, after) ? null : path;
    }

    private static boolean same(JsonNode before, JsonNode after) {
        if (before.isNumber() && after.isNumber()) return before.doubleValue() == after.doubleValue();
        if (before.equals(after)) return true;
        try {
            return OffsetDateTime.parse(before.asText()).isEqual(OffsetDateTime.parse(after.asText()));
        } catch (DateTimeParseException notInstants) {
            return false;
        }
    }
}
