/**
 * How a value is encrypted and decrypted, in the forms of kube-apiserver:
 *
 * <pre>
 *   k8s:enc:aescbc:v1:KEY:      IV (16) ‖ AES-CBC
 *   k8s:enc:aesgcm:v1:KEY:      nonce (12) ‖ AES-GCM ‖ tag (16)
 *   k8s:enc:secretbox:v1:KEY:   nonce (24) ‖ Poly1305 tag (16) ‖ XSalsa20
 *   k8s:enc:kms:v2:PROVIDER:    see the package kms
 * </pre>
 *
 * <p>AES-GCM and KMS authenticate the key in the store as well, so that a value cannot be moved to
 * another key.
 */
@NullMarked
package dev.rheo.encryption.value;

import org.jspecify.annotations.NullMarked;
