#ifndef CLOUDTRAIL_INTEGRITY_COPENSSL_SHIM_H
#define CLOUDTRAIL_INTEGRITY_COPENSSL_SHIM_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

// Macros made of other macros, which Swift does not import, and names that outlive a call.
static const char *const CLOUDTRAIL_RSA_N = OSSL_PKEY_PARAM_RSA_N;
static const char *const CLOUDTRAIL_RSA_E = OSSL_PKEY_PARAM_RSA_E;
static const char *const CLOUDTRAIL_RSA_D = OSSL_PKEY_PARAM_RSA_D;
static const char *const CLOUDTRAIL_RSA_FACTOR1 = OSSL_PKEY_PARAM_RSA_FACTOR1;
static const char *const CLOUDTRAIL_RSA_FACTOR2 = OSSL_PKEY_PARAM_RSA_FACTOR2;
static const char *const CLOUDTRAIL_RSA_EXPONENT1 = OSSL_PKEY_PARAM_RSA_EXPONENT1;
static const char *const CLOUDTRAIL_RSA_EXPONENT2 = OSSL_PKEY_PARAM_RSA_EXPONENT2;
static const char *const CLOUDTRAIL_RSA_COEFFICIENT1 = OSSL_PKEY_PARAM_RSA_COEFFICIENT1;
static const int CLOUDTRAIL_PKEY_KEYPAIR = EVP_PKEY_KEYPAIR;

#endif
