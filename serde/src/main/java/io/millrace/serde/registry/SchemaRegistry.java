package io.millrace.serde.registry;

import org.jspecify.annotations.Nullable;

/** Schemas by id and by subject. Thread-safe; calls may block on the network up to the client's timeout. */
public interface SchemaRegistry {
    /**
     * The schema text with this id. Answers from the cache once it was seen.
     *
     * @throws UnknownSchemaException if the registry answers that there is none
     * @throws RegistryUnavailableException if no registry URL answered
     */
    String schemaById(int id);

    /** The newest version of a subject, or null if the subject does not exist. @throws RegistryUnavailableException as above */
    @Nullable
    Registered latest(String subject);

    /**
     * Registers a schema under a subject, or finds it there.
     *
     * @param schemaType {@code AVRO}, {@code JSON} or {@code PROTOBUF}
     * @return its id
     * @throws IncompatibleSchemaException if the registry refuses it as incompatible; the message is the registry's reason
     * @throws RegistryUnavailableException if no registry URL answered
     */
    int register(String subject, String schemaType, String schema);

    /** A subject's version. */
    record Registered(String subject, int version, int id, String schemaType, String schema) {}
}
