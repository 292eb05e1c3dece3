package io.millrace.serde.registry;

import io.millrace.serde.registry.RegistryHttp.Answer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The Confluent schema registry's REST API, version 1: schemas by id, the latest version of a subject, registration.
 *
 * <p>Schemas by id never change, so they are kept, the {@value #MAX_CACHED} used last; that an id is unknown is believed for
 * {@value #UNKNOWN_TTL_MS} ms, so that a topic full of garbage does not become a load on the registry. Thread-safe; two
 * threads that need the same schema at the same time may both fetch it.
 */
public final class HttpSchemaRegistry implements SchemaRegistry {
    static final int MAX_CACHED = 1000;
    static final long UNKNOWN_TTL_MS = 10_000;

    private static final int MAX_REASON_CHARS = 1000;
    private static final int HTTP_NOT_FOUND = 404;
    private static final int HTTP_CONFLICT = 409;
    private static final int HTTP_UNPROCESSABLE = 422;
    private static final int SUBJECT_NOT_FOUND = 40401;
    private static final int VERSION_NOT_FOUND = 40402;
    private static final int SCHEMA_NOT_FOUND = 40403;

    private final RegistryHttp http;
    private final LongSupplier clockMs;
    private final BoundedCache<Integer, String> schemas = new BoundedCache<>(MAX_CACHED);
    private final BoundedCache<Integer, Unknown> unknownIds = new BoundedCache<>(MAX_CACHED);
    private final BoundedCache<Registration, Integer> registrations = new BoundedCache<>(MAX_CACHED);

    /**
     * @param clockMs milliseconds from any origin, never going back
     * @param backoff how to wait between attempts
     */
    public HttpSchemaRegistry(RegistrySettings settings, LongSupplier clockMs, Backoff backoff) {
        this.http = new RegistryHttp(settings, backoff);
        this.clockMs = clockMs;
    }

    @Override
    public String schemaById(int id) {
        String cached = schemas.get(id);
        if (cached != null) {
            return cached;
        }
        Unknown unknown = unknownIds.get(id);
        if (unknown != null && clockMs.getAsLong() < unknown.untilMs) {
            throw new UnknownSchemaException(unknown.reason);
        }
        try {
            String schema = fetch(id);
            schemas.put(id, schema);
            return schema;
        } catch (UnknownSchemaException e) {
            unknownIds.put(id, new Unknown(String.valueOf(e.getMessage()), clockMs.getAsLong() + UNKNOWN_TTL_MS));
            throw e;
        }
    }

    private String fetch(int id) {
        Answer answer = http.send("/schemas/ids/" + id, null);
        if (answer.status() == HTTP_NOT_FOUND && isNotFound(answer.json())) {
            throw new UnknownSchemaException("schema registry " + answer.from() + " has no schema with id " + id);
        }
        RegistryJson found = expectOk(answer);
        if (found.hasReferences()) {
            throw new UnknownSchemaException("schema " + id + " refers to other schemas, which is not supported:"
                    + " register it as one schema");
        }
        return expectText(answer, found.text("schema"));
    }

    @Override
    public @Nullable Registered latest(String subject) {
        Answer answer = http.send("/subjects/" + encoded(subject) + "/versions/latest", null);
        if (answer.status() == HTTP_NOT_FOUND && isNotFound(answer.json())) {
            return null;
        }
        RegistryJson found = expectOk(answer);
        String type = found.text("schemaType");
        return new Registered(
                subject,
                found.number("version"),
                expectId(answer, found),
                type == null ? "AVRO" : type,
                expectText(answer, found.text("schema")));
    }

    @Override
    public int register(String subject, String schemaType, String schema) {
        Registration registration = new Registration(subject, schemaType, schema);
        Integer known = registrations.get(registration);
        if (known != null) {
            return known;
        }
        byte[] body = RegistryJson.registration(schemaType, schema);
        Answer answer = http.send("/subjects/" + encoded(subject) + "/versions", body);
        if (answer.status() == HTTP_CONFLICT || answer.status() == HTTP_UNPROCESSABLE) {
            throw new IncompatibleSchemaException("schema registry " + answer.from()
                    + " refused the schema for subject \"" + subject + "\": " + reason(answer.json()));
        }
        int id = expectId(answer, expectOk(answer));
        registrations.put(registration, id);
        return id;
    }

    private static boolean isNotFound(@Nullable RegistryJson json) {
        int code = json == null ? -1 : json.number("error_code");
        return code == SUBJECT_NOT_FOUND || code == VERSION_NOT_FOUND || code == SCHEMA_NOT_FOUND;
    }

    private static RegistryJson expectOk(Answer answer) {
        RegistryJson json = answer.json();
        if (answer.status() / 100 != 2) {
            throw new RegistryUnavailableException(
                    "schema registry " + answer.from() + " answered HTTP " + answer.status() + ": " + reason(json));
        }
        if (json == null) {
            throw notARegistry(answer);
        }
        return json;
    }

    private static int expectId(Answer answer, RegistryJson json) {
        int id = json.number("id");
        if (id < 0) {
            throw notARegistry(answer);
        }
        return id;
    }

    private static String expectText(Answer answer, @Nullable String value) {
        if (value == null) {
            throw notARegistry(answer);
        }
        return value;
    }

    private static RegistryUnavailableException notARegistry(Answer answer) {
        return new RegistryUnavailableException(
                answer.from() + " did not answer as a schema registry does: is schema.registry.url right?");
    }

    private static String reason(@Nullable RegistryJson json) {
        String message = json == null ? null : json.text("message");
        if (message == null) {
            return "no reason given; is schema.registry.url right?";
        }
        return message.length() > MAX_REASON_CHARS ? message.substring(0, MAX_REASON_CHARS) + "..." : message;
    }

    private static String encoded(String subject) {
        return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private record Unknown(String reason, long untilMs) {}

    private record Registration(String subject, String schemaType, String schema) {}
}
