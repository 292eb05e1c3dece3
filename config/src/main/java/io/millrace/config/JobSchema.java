package io.millrace.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** The job language as a JSON Schema, for editors that complete and check while one types. */
public final class JobSchema {
    private JobSchema() {}

    /**
     * A draft 2020-12 schema, always the same text. It is generated from what the reader checks by. The reader finds more:
     * ranges of durations and sizes, names that refer to nothing, and all else that concerns more than one mapping.
     */
    public static String json() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "Millrace job");
        schema.putAll(SchemaWriter.write(JobGrammar.JOB));
        return Json.write(schema);
    }
}
