package io.pushrank.jobs.command;

import io.pushrank.udf.model.ModelPackage;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The name of a model's version; one that could lead out of the models' folder is a usage error. */
final class VersionConverter implements ITypeConverter<String> {
    @Override
    public String convert(String value) {
        try {
            ModelPackage.requireVersion(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
        return value;
    }
}
