/**
 * The file of {@code --encryption-provider-config}: reading and validation.
 *
 * <p>No message and no {@code toString} shows a key.
 */
@NullMarked
package dev.rheo.encryption.config;

import org.jspecify.annotations.NullMarked;
